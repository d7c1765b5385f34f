import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { installTerraform } from '../../tools/install-terraform.ts';
import { type Machine, thisMachine } from '../../tools/machine.ts';
import { PLATFORM } from '../../tools/terraform.ts';
import { zip } from '../support/zip.ts';

const program = (version: string) => `#!/bin/sh\necho '{"terraform_version": "${version}"}'\n`;
const ARCHIVE = zip({ terraform: program('1.11.4'), 'LICENSE.txt': 'of the program' });
const SHA256 = createHash('sha256').update(ARCHIVE).digest('hex');

let server: Server;
let releases: string;
let answers: (readonly [status: number, body: Buffer])[];
let asked: string[];
let root: string;

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const [status, body] = answers.shift() ?? [404, Buffer.from('')];
    response.writeHead(status, { 'content-length': body.length }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  releases = `http://127.0.0.1:${(server.address() as AddressInfo).port}/terraform`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
  answers = [];
  root = mkdtempSync(join(tmpdir(), 'install-'));
  pin(SHA256);
});
afterEach(() => rmSync(root, { recursive: true }));

function pin(checksum: string, platform = PLATFORM): void {
  mkdirSync(join(root, 'infra'), { recursive: true });
  writeFileSync(join(root, 'infra', 'terraform-checksums.txt'), `${checksum}  terraform_1.11.4_${platform}.zip\n`);
}

/** @param version the version of the terraform on PATH */
async function install(version?: string, isTTY = false) {
  const path = join(root, 'terraform');
  if (version) writeFileSync(path, program(version), { mode: 0o755 });
  const machine: Machine = { ...thisMachine, which: async () => (version ? path : undefined) };
  const written: string[] = [];
  const out = { isTTY, write: (text: string) => written.push(text) };
  const folder = await installTerraform(root, { out, machine, releases, pauseMs: 0 });
  return { folder, text: written.join('') };
}

test('the pinned version on PATH is used', async () => {
  expect(await install('1.11.4')).toEqual({ folder: undefined, text: '' });
});

test.each([undefined, '1.9.0'])('where PATH has %s, the pinned version is downloaded once', async (version) => {
  answers = [[200, ARCHIVE]];
  const folder = join(root, '.lab', 'terraform', '1.11.4');
  const first = await install(version);
  expect(first.folder).toBe(folder);
  expect(first.text).toBe(
    `downloading ${releases}/1.11.4/terraform_1.11.4_${PLATFORM}.zip\nterraform 1.11.4 is verified and kept in ${folder}\n`,
  );
  expect(await thisMachine.run(join(folder, 'terraform'), ['version', '-json'])).toContain('1.11.4');
  expect(await install(version)).toEqual({ folder, text: '' });
  expect(asked).toEqual([`/terraform/1.11.4/terraform_1.11.4_${PLATFORM}.zip`]);
  expect(readdirSync(join(root, '.lab', 'terraform'))).toEqual(['1.11.4']);
});

test('a terminal shows the progress', async () => {
  answers = [[200, ARCHIVE]];
  expect((await install(undefined, true)).text).toContain('\r0 of 0 MB\n');
});

test('an archive whose checksum is another is not unpacked', async () => {
  pin('0'.repeat(64));
  answers = [[200, ARCHIVE]];
  await expect(install()).rejects.toThrow(
    `is not the archive that the project pins: its SHA-256 is ${SHA256}. Put terraform 1.11.4 on PATH`,
  );
  expect(readdirSync(root)).toEqual(['infra']);
});

test('a server that fails is asked three times', async () => {
  answers = [
    [503, Buffer.from('')],
    [503, Buffer.from('')],
    [200, ARCHIVE],
  ];
  expect((await install()).folder).toBeDefined();
  rmSync(join(root, '.lab'), { recursive: true });
  await expect(install()).rejects.toThrow(
    /terraform 1\.11\.4 is missing, and http:\S+ could not be downloaded: \S+ answered 404\. Put terraform 1\.11\.4 on PATH/,
  );
  expect(asked).toHaveLength(6);
});

test('a platform that the project has no checksum of is left to its own Terraform', async () => {
  pin(SHA256, 'plan9_amd64');
  expect(await install()).toEqual({ folder: undefined, text: '' });
  expect(readFileSync(join(root, 'infra', 'terraform-checksums.txt'), 'utf8')).toContain('plan9');
});
