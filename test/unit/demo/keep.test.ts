import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEnvFile } from 'node:process';
import { expect, test } from 'vitest';
import { pagesIn } from '../../../demo/evidence.ts';
import { howToGoOn, saveVariables } from '../../../demo/keep.ts';

const machines = { provision: 'arn:aws:states:eu-west-1:123456789012:stateMachine:runbook-provision' } as never;
const lab = {
  endpoint: 'http://127.0.0.1:4566',
  environment: { KEEP_TEST_A: 'http://127.0.0.1:4566', KEEP_TEST_B: 'lab' },
};
const kept = {
  lab,
  deployment: { machines },
  environment: 'demo',
  board: 'http://127.0.0.1:4600/board/index.html',
  address: 'http://alb-1.amazonaws.com',
  file: '/x/.lab/env',
};

test('the variables of a lab that stays up are read by a shell and by the command line alike', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keep-'));
  const file = join(folder, 'deep', 'env');
  try {
    await saveVariables({ ...kept, file });
    const said = execFileSync('bash', ['-euc', 'source "$1"; env | grep ^KEEP_TEST_ | sort', '-', file], {
      encoding: 'utf8',
    });
    expect(said).toBe('KEEP_TEST_A=http://127.0.0.1:4566\nKEEP_TEST_B=lab\n');
    loadEnvFile(file);
    expect(process.env.KEEP_TEST_A).toBe('http://127.0.0.1:4566');
  } finally {
    delete process.env.KEEP_TEST_A;
    delete process.env.KEEP_TEST_B;
    await rm(folder, { recursive: true });
  }
});

test('how to go on has the real values, and nothing to fill in', () => {
  const text = howToGoOn(kept).join('\n');
  for (const part of [
    'source /x/.lab/env',
    'npx runbook teardown demo',
    'http://127.0.0.1:4600/board/index.html',
    'http_proxy=http://127.0.0.1:4566 curl http://alb-1.amazonaws.com/actuator/health',
  ])
    expect(text).toContain(part);
  expect(text).not.toMatch(/<\w+>/);
  expect(howToGoOn({ ...kept, address: undefined }).join('\n')).not.toContain('curl');
});

test('the pages to open are the last report and the last certificate', () => {
  expect(pagesIn(['a/report.html', 'a/report.json', 'b/report.html', 'certificate.html'])).toEqual([
    'b/report.html',
    'certificate.html',
  ]);
  expect(pagesIn(['inventory.json'])).toEqual([]);
});
