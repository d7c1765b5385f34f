import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ services: [] });
});

afterAll(() => lab?.stop());

test('a lab whose port is taken leaves nothing running', async () => {
  const port = Number(new URL(lab.endpoint).port);
  const directory = mkdtempSync(join(tmpdir(), 'taken-'));
  await expect(startLab({ port, directory, keepDirectory: true, services: [] })).rejects.toThrow(/EADDRINUSE/);
  const emulator = /http:\S+/.exec(readFileSync(join(directory, 'lab.log'), 'utf8'))?.[0] ?? '';
  await expect(fetch(emulator)).rejects.toThrow(/fetch failed/);
  rmSync(directory, { recursive: true });
});

test('stopping ends the emulator and takes the folder along', async () => {
  const other = await startLab({ services: [] });
  await other.stop();
  await expect(fetch(other.context.emulatorEndpoint)).rejects.toThrow(/fetch failed/);
  await expect(fetch(other.endpoint)).rejects.toThrow(/fetch failed/);
  expect(existsSync(other.context.directory)).toBe(false);
});
