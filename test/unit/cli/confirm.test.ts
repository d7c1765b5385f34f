import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { confirm, decide } from '../../../cli/confirm.ts';

function terminal(isTTY = true) {
  return { input: Object.assign(new PassThrough(), { isTTY }), output: new PassThrough() };
}

test.each([
  ['y\n', true],
  ['Yes\n', true],
  ['\n', false],
  ['n\n', false],
  ['yonder\n', false],
])('%j is %s', async (said, agreed) => {
  const { input, output } = terminal();
  input.write(said);
  expect(await confirm('Apply it?', { input, output })).toBe(agreed);
  expect(String(output.read())).toContain('Apply it? [y/N] ');
});

test('who leaves has not agreed', async () => {
  const { input, output } = terminal();
  const answer = confirm('Apply it?', { input, output });
  input.end();
  expect(await answer).toBe(false);
});

test('a script gets the option that does without', async () => {
  await expect(confirm('Apply it?', terminal(false))).rejects.toThrow('there is no terminal to ask on: add --yes');
});

test.each([
  ['y\n', 'yes'],
  ['NO\n', 'no'],
  ['\n', 'later'],
  ['maybe\n', 'later'],
])('%j is %s', async (said, decision) => {
  const { input, output } = terminal();
  input.write(said);
  expect(await decide('Apply it?', { input, output })).toBe(decision);
});
