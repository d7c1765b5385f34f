import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { CreateVpcCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Emulator, type EmulatorOptions, emulatorEnvironment, startEmulator } from '../../emulator/emulator.ts';
import { type Forks, startForks } from '../../emulator/forks.ts';
import { ACCOUNT_ID } from '../../lab.ts';
import { Processes } from '../../processes.ts';
import { pythonWithMoto } from '../../tools/python.ts';
import { eventually } from '../support/eventually.ts';

const root = join(import.meta.dirname, '..', '..', '..');
let scratch: string;
let python: string;
let forks: Forks;
const programs: ChildProcess[] = [];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'forks-test-'));
  python = await pythonWithMoto(root);
  forks = await startForks(python, emulatorEnvironment(ACCOUNT_ID));
});
afterAll(async () => {
  for (const child of programs) child.kill('SIGKILL');
  await forks?.end();
  rmSync(scratch, { recursive: true, force: true });
});

interface Started {
  emulator: Emulator;
  processes: Processes;
  directory: string;
  /** Whether a process was started, instead of a fork. */
  plain: boolean;
}

async function started(options: Partial<EmulatorOptions> = {}): Promise<Started> {
  const directory = mkdtempSync(join(scratch, 'lab-'));
  const processes = new Processes();
  const spawned = vi.spyOn(processes, 'spawn');
  const given = { directory, processes, python, accountId: ACCOUNT_ID, forks: forks.socket, log: () => {}, ...options };
  const emulator = await startEmulator(given);
  return { emulator, processes, directory, plain: spawned.mock.calls.length > 0 };
}

function clientOf({ emulator }: Started) {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  return { region: 'eu-west-1', endpoint: emulator.endpoint, credentials, maxAttempts: 1, forcePathStyle: true };
}

/** Any answer will do: a path that it does not know costs nothing. */
const isUp = (endpoint: string) =>
  fetch(`${endpoint}/_lab/ping`).then(
    () => true,
    () => false,
  );

/** Starts a program that stays until it is killed. */
function program(text: string): ChildProcess {
  const args = ['--input-type=module', '--eval', `${text}; setInterval(() => {}, 60_000);`];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LAB_EMULATOR_FORKS: forks.socket },
  });
  programs.push(child);
  return child;
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  const [line] = await once(stdout as Readable, 'data');
  return String(line).trim();
}

/** Counts the process that forks at this socket and its forks: a fork keeps the command line. */
function countOf(socket: string): number {
  const commandLine = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(`\0${socket}\0`)).length;
}

test('each lab has a process of its own, without state of another, and other ids', async () => {
  const [one, other] = await Promise.all([started(), started()]);
  expect([one.plain, other.plain]).toEqual([false, false]);
  expect(one.emulator.endpoint).not.toBe(other.emulator.endpoint);

  const Bucket = 'only-in-one';
  await new S3Client(clientOf(one)).send(new CreateBucketCommand({ Bucket }));
  expect((await new S3Client(clientOf(one)).send(new ListBucketsCommand({}))).Buckets).toMatchObject([
    { Name: Bucket },
  ]);
  expect((await new S3Client(clientOf(other)).send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);

  const vpcs = [one, other].map(async (lab) => {
    const ec2 = new EC2Client(clientOf(lab));
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
    return [Vpc?.VpcId, ...Vpcs.map(({ VpcId }) => VpcId)];
  });
  const [first = [], second = []] = await Promise.all(vpcs);
  expect(first.filter((id) => second.includes(id))).toEqual([]);

  await one.processes.stop();
  expect(await isUp(one.emulator.endpoint)).toBe(false);
  expect(await isUp(other.emulator.endpoint)).toBe(true);
  await other.processes.stop();
  expect(readFileSync(join(one.directory, 'emulator.log'), 'utf8')).toBe('');
});

test('its log is in the folder of its lab', async () => {
  const lab = await started();
  const authorization = 'AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/no-such/aws4_request, Signature=0';
  // moto prints a line for a host that it does not know.
  await fetch(lab.emulator.endpoint, { headers: { authorization } });
  expect(readFileSync(join(lab.directory, 'emulator.log'), 'utf8')).toContain('no-such.eu-west-1');
  await lab.processes.stop();
});

test('a lab starts an emulator of its own where nobody forks, and for another account', async () => {
  const labs = [await started({ forks: join(scratch, 'nobody') }), await started({ accountId: '210987654321' })];
  expect(labs.map(({ plain }) => plain)).toEqual([true, true]);
  expect(await Promise.all(labs.map(({ emulator }) => isUp(emulator.endpoint)))).toEqual([true, true]);
  await Promise.all(labs.map(({ processes }) => processes.stop()));
});

test('an emulator ends when its lab is killed', async () => {
  const lab = program(`
    const { startLab } = await import(${JSON.stringify(join(root, 'lab/lab.ts'))});
    console.log((await startLab({ services: [] })).context.emulatorEndpoint);
  `);
  const endpoint = await firstLine(lab);
  expect(await isUp(endpoint)).toBe(true);
  expect(countOf(forks.socket)).toBe(2);
  lab.kill('SIGKILL');
  await eventually(() => expect(countOf(forks.socket)).toBe(1));
  expect(await isUp(endpoint)).toBe(false);
});

test('what forks ends when its owner is killed; its emulators end with their labs', async () => {
  const owner = program(`
    const { startForks } = await import(${JSON.stringify(join(root, 'lab/emulator/forks.ts'))});
    const { emulatorEnvironment } = await import(${JSON.stringify(join(root, 'lab/emulator/emulator.ts'))});
    console.log((await startForks(${JSON.stringify(python)}, emulatorEnvironment('${ACCOUNT_ID}'))).socket);
  `);
  const socket = await firstLine(owner);
  const lab = await started({ forks: socket });
  expect(lab.plain).toBe(false);
  expect(countOf(socket)).toBe(2);
  owner.kill('SIGKILL');
  await eventually(() => expect(countOf(socket)).toBe(1));
  expect(existsSync(dirname(socket))).toBe(false);
  expect(await isUp(lab.emulator.endpoint)).toBe(true);
  await lab.processes.stop();
  expect(countOf(socket)).toBe(0);
});
