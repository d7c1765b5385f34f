import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const node = JSON.parse(read('package.json')).devDependencies.node;

describe.each(['api', 'worker'])('Dockerfile of %s', (service) => {
  const lines = read(`services/${service}/Dockerfile`).split('\n');
  const of = (instruction: string) => lines.filter((line) => line.startsWith(`${instruction} `));

  test('uses the Node that the tests use, slim', () => {
    const image = `public.ecr.aws/docker/library/node:${node}-bookworm-slim`;
    expect(of('FROM')).toEqual([`FROM ${image} AS build`, `FROM ${image}`]);
  });

  test('bundles its own service and runs it without root', () => {
    expect(of('RUN')).toContain(`RUN node services/build.ts ${service}`);
    expect(lines.filter(Boolean).slice(-3).join('\n')).toMatch(/USER node\n(EXPOSE 8080\n)?CMD \["node", "main.mjs"\]/);
  });

  test('copies nothing that the context leaves out', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = of('COPY')
      .filter((line) => !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1));
    for (const path of copied) expect(allowed).toContain(path.replace(/\/$/, ''));
  });
});
