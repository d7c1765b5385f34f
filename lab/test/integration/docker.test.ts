import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { BatchGetImageCommand, CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dockerEnvironment, imagesDirectory } from '../../docker/environment.ts';
import { sha256 } from '../../docker/image-store.ts';
import { type Lab, startLab } from '../../lab.ts';

const REGISTRY = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
let lab: Lab;
let directory: string;
let context: string;

beforeAll(async () => {
  lab = await startLab({ services: [] });
  await new ECRClient(lab.context.client).send(new CreateRepositoryCommand({ repositoryName: 'orders' }));
});
afterAll(async () => {
  await lab?.stop();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'docker-test-'));
  context = join(directory, 'context');
  return () => rmSync(directory, { recursive: true, force: true });
});

function files(content: Record<string, string>): void {
  for (const [path, text] of Object.entries(content)) {
    mkdirSync(dirname(join(context, path)), { recursive: true });
    writeFileSync(join(context, path), text);
  }
}

async function docker(args: string[], input = ''): Promise<{ code: number; stdout: string; stderr: string }> {
  const { path, variables } = dockerEnvironment(lab.context, join(directory, 'state'));
  const env = { ...lab.environment, ...variables, PATH: `${path}:${process.env.PATH}`, TMPDIR: directory };
  const running = promisify(execFile)('docker', args, { env, cwd: context });
  running.child.stdin?.end(input);
  return running.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
  );
}

/** Builds a Dockerfile and returns what is in the image. */
async function build(dockerfile: string, args: string[] = []) {
  files({ Dockerfile: dockerfile });
  const built = await docker(['build', '--quiet', '-t', 'image', ...args, '.']);
  expect(built.stderr).toBe('');
  const image = join(directory, 'state', 'images', built.stdout.trim());
  return {
    digest: built.stdout.trim(),
    config: JSON.parse(readFileSync(join(image, 'config.json'), 'utf8')) as Record<string, unknown>,
    file: (path: string) => readFileSync(join(image, 'rootfs', path), 'utf8'),
  };
}

describe('build', () => {
  test('interprets stages, variables, copies and commands', async () => {
    files({
      'src/a.txt': 'a',
      'src/deep/b.txt': 'b',
      'one.json': '1',
      'two.json': '2',
      secret: 'x',
      '.dockerignore': 'secret',
    });
    const { config, file } = await build(
      `ARG BASE=node:24-slim
FROM \${BASE} AS build
ARG VERSION=0
ARG COLOUR=red
ENV GREETING="hello $COLOUR" PLAIN=\${NOTHING:-fallback}
WORKDIR /build
COPY *.json ./
COPY src/ src/
COPY . all
RUN echo "$GREETING $VERSION" > out.txt && \\
    # a comment in between
    mkdir -p /data && cat /build/src/a.txt > /data/copy.txt
RUN node --version > node.txt
FROM node:24-slim
WORKDIR /app
LABEL a=b
COPY --from=build --chown=node:node --chmod=755 /build/out.txt /build/one.json ./
COPY --from=build /data/copy.txt renamed.txt
COPY --from=build /build /build
USER node
EXPOSE 8080
HEALTHCHECK --interval=5s CMD curl -f localhost
CMD ["node", "main.mjs"]`,
      ['--build-arg', 'VERSION=7', '--platform', 'linux/arm64'],
    );
    expect(file('app/out.txt')).toBe('hello red 7\n');
    expect(file('app/renamed.txt')).toBe('a');
    expect(file('build/src/deep/b.txt')).toBe('b');
    expect(file('build/two.json')).toBe('2');
    expect(file('build/node.txt')).toMatch(/^v24\./);
    expect(file('build/all/one.json')).toBe('1');
    expect(() => file('build/all/secret')).toThrow('ENOENT');
    expect(config).toMatchObject({
      env: {},
      workdir: '/app',
      cmd: ['node', 'main.mjs'],
      user: 'node',
      exposedPorts: ['8080/tcp'],
      labels: { a: 'b' },
      healthcheck: 'curl -f localhost',
    });
  });

  test('satisfies package installations from the checkout and leaves the machine alone', async () => {
    files({ 'package.json': '{"type":"module"}', 'x.js': `import * as z from 'zod'; console.log(typeof z.string);` });
    const { file } = await build(`FROM node:24
WORKDIR /app
COPY package.json x.js ./
RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
RUN adduser app && npm ci --omit=dev && node x.js > seen
ADD https://example.com/ca.pem ca.pem`);
    expect(file('app/seen')).toBe('function\n');
    expect(file('app/ca.pem')).toBe('');
  });

  test('stops at the target stage, and gives the same content the same digest', async () => {
    const dockerfile = 'FROM scratch AS one\nCOPY Dockerfile /\nFROM one AS two\nRUN echo two > /two';
    const one = await build(dockerfile, ['--target', 'one']);
    expect(() => one.file('two')).toThrow('ENOENT');
    const two = await build(dockerfile);
    expect(two.file('two')).toBe('two\n');
    expect(two.digest).not.toBe(one.digest);
    expect((await build(dockerfile)).digest).toBe(two.digest);
  });

  test.each([
    ['FROM node\nFOO bar', 'dockerfile parse error on line 2: unknown instruction: FOO'],
    ['FROM node\nCOPY missing.txt .', '"/missing.txt": not found'],
    ['FROM node\nCOPY ../outside .', 'forbidden path outside the build context'],
    ['FROM node\nRUN exit 3', 'process "/bin/sh -c exit 3" did not complete successfully: exit code: 3'],
    ['FROM python:3', 'python:3: the lab can build on node, scratch and earlier stages only'],
  ])('%j fails: %s', async (dockerfile, message) => {
    files({ Dockerfile: dockerfile });
    const { code, stderr } = await docker(['build', '.']);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});

describe('push', () => {
  const name = `${REGISTRY}/orders:abc1234`;

  test('puts a manifest into ECR whose SHA-256 is the digest, and the image where tasks find it', async () => {
    const { digest } = await build('FROM node\nCMD ["node", "x.mjs"]', ['-t', name]);
    expect(await docker(['push', name])).toMatchObject({ code: 1, stderr: expect.stringContaining('no basic auth') });
    const login = await docker(['login', '--username', 'AWS', '--password-stdin', REGISTRY], 'secret');
    expect(login.stdout).toBe('Login Succeeded\n');
    const pushed = await docker(['push', name]);
    expect(pushed).toMatchObject({ code: 0, stdout: expect.stringContaining(`abc1234: digest: ${digest} size: `) });
    expect((await docker(['push', name])).code).toBe(0);

    const { images } = await new ECRClient(lab.context.client).send(
      new BatchGetImageCommand({ repositoryName: 'orders', imageIds: [{ imageTag: 'abc1234' }] }),
    );
    expect(images?.[0]?.imageId?.imageDigest).toBe(digest);
    expect(sha256(images?.[0]?.imageManifest ?? '')).toBe(digest);
    const config = readFileSync(join(imagesDirectory(lab.context), digest, 'config.json'), 'utf8');
    expect(JSON.parse(config)).toMatchObject({ cmd: ['node', 'x.mjs'] });
  });

  test('moves a second tag and prints digests', async () => {
    const { digest } = await build('FROM node', ['-t', name]);
    await docker(['login', '-u', 'AWS', '--password-stdin', `https://${REGISTRY}/`], 'secret');
    await docker(['tag', name, `${REGISTRY}/orders:main`]);
    expect((await docker(['push', `${REGISTRY}/orders:main`])).stdout).toContain(digest);
    const format = '{{index .RepoDigests 0}} {{.Os}}';
    const inspected = await docker(['image', 'inspect', '--format', format, name]);
    expect(inspected.stdout).toBe(`${REGISTRY}/orders@${digest} linux\n`);
    const manifest = await docker(['manifest', 'inspect', `${REGISTRY}/orders:main`]);
    expect(sha256(manifest.stdout.trimEnd())).toBe(digest);
  });

  test('is refused by a repository that does not exist', async () => {
    const other = `${REGISTRY}/nothing:1`;
    await build('FROM node', ['-t', other]);
    await docker(['login', '-u', 'AWS', '--password-stdin', REGISTRY], 'secret');
    const { code, stderr } = await docker(['push', other]);
    expect(code).toBe(1);
    expect(stderr).toContain("name unknown: The repository with name 'nothing' does not exist in the registry");
  });
});

test('says what it does not do', async () => {
  mkdirSync(context, { recursive: true });
  expect(await docker(['run', 'x'])).toMatchObject({ code: 1, stderr: expect.stringContaining('does not do that') });
  expect((await docker(['--version'])).stdout).toMatch(/^Docker version/);
  expect(resolve(dockerEnvironment(lab.context, directory).path, 'docker')).toMatch(/lab\/docker\/bin\/docker$/);
});
