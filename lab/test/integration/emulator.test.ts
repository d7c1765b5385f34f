import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { Processes } from '../../processes.ts';
import { pythonWithMoto } from '../../tools/python.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const processes = new Processes();
let directory: string;
let emulator: Emulator;
let options: Parameters<typeof startEmulator>[0];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'emulator-'));
  options = { directory, processes, python: await pythonWithMoto(root), accountId: '123456789012', log: () => {} };
  emulator = await startEmulator(options);
});

afterAll(async () => {
  await processes.stop();
  await rm(directory, { recursive: true, force: true });
});

test('answers as soon as it is announced', async () => {
  const response = await fetch(`${emulator.endpoint}/moto-api/data.json`);
  expect(response.status).toBe(200);
});

test('says why when it ends before it answers', async () => {
  const broken = startEmulator({ ...options, python: '/bin/false' });
  await expect(broken).rejects.toThrow(/exit code 1/);
  await expect(startEmulator({ ...options, python: 'no-such-python' })).rejects.toThrow(/ENOENT/);
});

test('a call that moto does not implement is an AWS error that nobody retries', async () => {
  const response = await fetch(emulator.endpoint, {
    method: 'POST',
    headers: {
      authorization:
        'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-target': 'AmazonEC2ContainerServiceV20141113.SubmitTaskStateChange',
      'content-type': 'application/x-amz-json-1.1',
    },
    body: '{}',
  });
  expect(response.status).toBe(501);
  expect(await response.json()).toMatchObject({ __type: 'NotImplemented' });
});

test('such an error speaks the protocol of its service', async () => {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0';
  const response = await fetch(emulator.endpoint, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=CopyFpgaImage&Version=2016-11-15',
  });
  expect(await response.text()).toMatch(/<Errors><Error><Code>NotImplemented</);
});

test('ends when the lab is gone, however it went', async () => {
  const folder = await mkdtemp(join(directory, 'orphan-'));
  const spawn = vi.spyOn(processes, 'spawn');
  const other = await startEmulator({ ...options, directory: folder });
  const child = spawn.mock.results[0]?.value as ChildProcess;
  // The lab holds the other end of the server's stdin; it is closed in this way when the lab is killed.
  child.stdin?.end();
  await expect
    .poll(() =>
      fetch(other.endpoint).then(
        () => 'up',
        () => 'down',
      ),
    )
    .toBe('down');
  expect(readFileSync(join(folder, 'emulator.log'), 'utf8')).toBe('');
});
