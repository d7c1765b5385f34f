import { expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';

test.each([
  ['dev', 'dev\n'],
  ['feature/Login', 'feature-logi-48fad082\n'],
])('npx runbook name %s asks no account', async (branch, name) => {
  expect(await runCli(['name', branch], { account: new Error('nobody is asked') })).toMatchObject({
    code: 0,
    out: name,
  });
});
