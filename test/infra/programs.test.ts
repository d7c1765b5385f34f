import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../lab/free-port.ts';

/**
 * The programs run as processes outside of the project's folder. The tests check their messages when the surroundings
 * are wrong.
 */

const ROOT = resolve(import.meta.dirname, '../..');
/** The environment has only the variables that programs require, and no other of the person who runs the tests. */
const BARE = { PATH: process.env.PATH, HOME: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true' };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'programs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function program(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const env = { ...BARE, ...environment };
  return new Promise<{ code: number; out: string; err: string }>((done) => {
    execFile(process.execPath, args, { env, cwd: folder }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

const runbook = join(ROOT, 'bin/runbook.js');
const start = join(ROOT, 'bin/start.ts');
const app = join(ROOT, 'bin/app.ts');
const keys = { AWS_ACCESS_KEY_ID: 'operator', AWS_SECRET_ACCESS_KEY: 'lab', AWS_REGION: 'eu-west-1' };

test('a Node that reads no TypeScript hands over to the one that the project brings', async () => {
  const handed = await program(['--no-experimental-strip-types', runbook, 'stauts']);
  expect(handed).toMatchObject({ code: 2, err: expect.stringContaining('Did you mean status?') });
});

test.each<[string, readonly string[], () => Promise<NodeJS.ProcessEnv>, RegExp]>([
  [
    'a lab that is gone',
    [runbook, 'status'],
    async () => ({ ...keys, AWS_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}` }),
    /^nothing answers at AWS_ENDPOINT_URL http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\): start the lab again/,
  ],
  ['no region', [runbook, 'status'], async () => ({}), /^no region: give --region, or set AWS_REGION/],
  [
    'a region that is none',
    [runbook, 'status'],
    async () => ({ AWS_REGION: 'eu west' }),
    /^AWS_REGION "eu west" is not a/,
  ],
  [
    'an endpoint without a scheme',
    [runbook, 'status'],
    async () => ({ ...keys, AWS_ENDPOINT_URL: 'localhost:9' }),
    /^AWS_ENDPOINT_URL "localhost:9" is not an address/,
  ],
  ['no credentials', [runbook, 'status', '--region', 'eu-west-1'], async () => ({}), /^no AWS credentials in the env/],
  ['no configuration', [start, '--config', 'no.ts'], async () => ({}), /^configuration file .*\/no\.ts cannot be read/],
  ['an option that npm took', [start], async () => ({ npm_config_keep: 'true' }), /npm start -- --keep/],
])('%s is said in one line', async (_, args, environment, message) => {
  const { code, out, err } = await program(args, await environment());
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(message);
  expect(err.trim()).not.toContain('\n');
});

test('a file of variables that is not there is named, by Node itself', async () => {
  const { code, err } = await program([runbook, '--env-file', 'no.env', 'status']);
  expect(code).toBe(9);
  expect(err).toContain('no.env: not found');
});

test('whoever reads some of the lines, and no more, is no error', async () => {
  const piped = 'set -o pipefail; "$0" "$1" completion fish | head -n 1';
  const read = await new Promise((done) => {
    execFile('bash', ['-c', piped, process.execPath, runbook], { env: BARE }, (error, out, err) =>
      done({ error, out, err }),
    );
  });
  expect(read).toEqual({ error: null, out: '# npx runbook completion fish | source\n', err: '' });
});

test('the CDK app names a configuration that is not there', async () => {
  const { code, err } = await program([app], { RUNBOOK_CONFIG: 'no.ts' });
  expect(code).toBe(1);
  expect(err).toMatch(/^configuration file .*\/no\.ts does not exist: RUNBOOK_CONFIG names a file.*\n$/);
});
