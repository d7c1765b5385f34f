import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { type ImageConfig, ImageStore } from '../../../docker/image-store.ts';

const config: ImageConfig = { env: {}, workdir: '/', cmd: ['node'], exposedPorts: [], labels: {} };
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'images-'));
  return () => rmSync(directory, { recursive: true, force: true });
});

/** Each `docker` command is a process with its own instance of the store. */
const store = () => new ImageStore(directory);

async function build(content: string): Promise<string> {
  const rootfs = join(await store().scratch(), 'rootfs');
  mkdirSync(rootfs);
  writeFileSync(join(rootfs, 'file'), content);
  return (await store().create(rootfs, config, 'linux/arm64')).digest;
}

test('names that several builds give at once are all kept', async () => {
  const digest = await build('x');
  const names = Array.from({ length: 20 }, (_, index) => `registry/orders-${index}:main`);
  await Promise.all(names.map((name) => store().name(digest, name)));
  expect(await store().names()).toEqual(Object.fromEntries(names.map((name) => [name, digest])));
});

test('a name moves to another image', async () => {
  const [first, second] = [await build('x'), await build('y')];
  await store().name(first, 'orders:main');
  await store().name(second, 'orders:main');
  expect((await store().find('orders:main'))?.digest).toBe(second);
  expect(await store().find('orders:other')).toBeUndefined();
});

test('the same image built twice at once is one image, and nothing of either build stays behind', async () => {
  const [first, second] = await Promise.all([build('x'), build('x')]);
  expect(first).toBe(second);
  expect((await store().find(first))?.digest).toBe(first);
  expect(readdirSync(directory).filter((name) => name.startsWith('sha256:'))).toEqual([first]);
});
