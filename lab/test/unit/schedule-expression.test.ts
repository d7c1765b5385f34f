import { expect, test } from 'vitest';
import { parseExpression } from '../../scheduler/expression.ts';

/** EventBridge Scheduler accepts or refuses these expressions in published recordings of AWS. */
test.each<[string, boolean]>([
  ['cron(0 1 * * * *)', false],
  ['cron(7 20 * * NOT *)', false],
  ['cron(INVALID)', false],
  ['cron(0 dummy ? * MON-FRI *)', false],
  ['cron(71 8 1 * ? *)', false],
  ['cron()', false],
  ['rate(10 seconds)', false],
  ['rate(10 years)', false],
  ['rate()', false],
  ['rate(10)', false],
  ['rate(10 minutess)', false],
  ['rate(foo minutes)', false],
  ['rate(-10 minutes)', false],
  ['rate( 10 minutes )', false],
  [' rate(10 minutes)', false],
  ['at(2021-12-31T23:59:59Z)', false],
  ['at(2021-12-31)', false],
  ['cron(0-15/1 8-8 ? * 2,3,4,5,6,7 *)', true],
  ['cron(30-30 13-13 ? * 2,4,6 *)', true],
  ['cron(1-31/30 1-1 ? * 1,7 *)', true],
  ['cron(0 18 ? * MON-FRI *)', true],
  ['cron(*/15 * * * ? *)', true],
  ['cron(0-59/10 0-23/2 ? * * *)', true],
  ['at(2022-12-31T23:59:59)', true],
])('%s is taken: %j', (expression, taken) => {
  const parse = () => parseExpression(expression, 'UTC', 0);
  if (taken) expect(parse().next).toBeTypeOf('function');
  else expect(parse).toThrow();
});
