import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const node = JSON.parse(read('package.json')).devDependencies.node;
const modulesOf = (lock: string): Record<string, { version: string }> => JSON.parse(read(lock)).packages;

describe.each(['api', 'worker'])('Dockerfile of %s', (service) => {
  const lines = read(`services/${service}/Dockerfile`).split('\n');
  const of = (instruction: string) => lines.filter((line) => line.startsWith(`${instruction} `));

  test('uses the Node that the tests use, slim', () => {
    const image = `public.ecr.aws/docker/library/node:${node}-bookworm-slim`;
    expect(of('FROM')).toEqual([`FROM ${image} AS build`, `FROM ${image}`]);
  });

  test('installs what the services need, by their own lock file', () => {
    expect(of('COPY')[0]).toBe('COPY package.json package-lock.json ./');
    expect(of('RUN')[0]).toBe('RUN npm ci --omit=dev --ignore-scripts');
  });

  test('bundles its own service and runs it without root', () => {
    expect(of('RUN')).toContain(`RUN node services/build.ts ${service}`);
    expect(of('RUN')).toContain('RUN node services/build.ts migrate');
    expect(of('COPY')).toContain('COPY --from=build /build/dist/services/migrate/main.mjs ./migrate.mjs');
    expect(lines.filter(Boolean).slice(-3).join('\n')).toMatch(/USER node\n(EXPOSE 8080\n)?CMD \["node", "main.mjs"\]/);
  });

  test('copies nothing that the context leaves out', () => {
    const left = read('services/.dockerignore').split('\n');
    const copied = of('COPY')
      .filter((line) => !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    expect(copied).not.toEqual([]);
    for (const path of copied) {
      expect(existsSync(new URL(`services/${path}`, root)), path).toBe(true);
      expect(left).not.toContain(`**/${path.split('/')[0]}`);
    }
  });
});

test('an image build installs the versions that the tests use', () => {
  const tested = modulesOf('package-lock.json');
  const built = Object.entries(modulesOf('services/package-lock.json')).filter(([path]) => path !== '');
  const other = built.filter(([path, { version }]) => {
    const here = tested[`services/${path}`] ?? tested[path];
    return here && here.version !== version;
  });
  expect(other).toEqual([]);
  expect(built.length).toBeLessThan(150);
});
