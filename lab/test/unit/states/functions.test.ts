import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../states/expressions/jsonata.ts';
import { run } from './machine.ts';

describe("Step Functions' own JSONata functions", () => {
  test.each<[string, unknown]>([
    ['$partition([1,2,3,4,5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([], 2)', []],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ["$hash('abc', 'SHA-256')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ["$hash('abc', 'MD5')", '900150983cd24fb0d6963f7d28e17f72'],
    ['$random(7) = $random(7)', true],
    ['$random(7) != $random(8)', true],
    ['$random() < 1', true],
    ['$length($uuid())', 36],
    [`$parse('{"a":[1]}').a[0]`, 1],
    ['$exists($parse($nothing))', false],
  ])('%s', async (source, expected) => {
    expect(await evaluate(source, {})).toEqual(expected);
  });

  test.each<[string, string]>([
    ['$range(0, 10, 0)', 'non-zero'],
    ['$range(0, 5000, 1)', 'more than 1000'],
    ['$partition(1, 2)', 'must be an array'],
    ["$hash('abc', 'CRC')", 'unknown algorithm'],
    ["$parse('{')", 'JSON'],
    ["$eval('1')", 'T1006'],
  ])('%s fails', async (source, message) => {
    await expect(evaluate(source, {})).rejects.toThrowError(message);
  });
});

test("results are plain JSON, not the evaluator's sequences", async () => {
  const result = await evaluate('items.n', {}).catch(() =>
    evaluate('$states.input.n', { states: { input: [{ n: 1 }, { n: 2 }] } }),
  );
  expect(result).toStrictEqual([1, 2]);
  expect(Object.getOwnPropertyNames(result)).toEqual(['0', '1', 'length']);
});

test('a thousand one-state executions take less processor time than a billion additions', async () => {
  const states = { P: { Type: 'Pass', Output: { n: '{% $states.input.n + 1 %}' }, End: true } };
  await run(states, { input: { n: 0 } });
  // The test measures processor time instead of the clock's time, because other tests run at the same time. A loop
  // measures how fast the machine is: the executions take three to five times as long as 50 million additions.
  const started = process.threadCpuUsage();
  let sum = 0;
  for (let n = 0; n < 5e7; n += 1) sum += n;
  expect(sum).toBeGreaterThan(0);
  const loop = process.threadCpuUsage(started).user;
  const before = process.threadCpuUsage();
  const results = await Promise.all(Array.from({ length: 1000 }, (_, n) => run(states, { input: { n } })));
  const { user } = process.threadCpuUsage(before);
  expect(results.at(-1)?.output).toEqual({ n: 1000 });
  expect(user / loop).toBeLessThan(20);
});
