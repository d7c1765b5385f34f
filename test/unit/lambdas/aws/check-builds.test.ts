import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { serveAws } from '../support/aws-server.ts';

/** What is sent to CodeBuild and S3 for a check that is a build, and what half an answer is. */

let end = () => {};
afterEach(() => end());

interface Asked {
  action: string;
  input: Record<string, unknown>;
}

/** @param answers by action of CodeBuild, or `GET` for S3; a number is the status of an error */
async function adapter(answers: Record<string, object | ((response: ServerResponse) => void)>) {
  const asked: Asked[] = [];
  end = await serveAws(async (request: IncomingMessage, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const action = String(request.headers['x-amz-target'] ?? request.method).replace(/^.*\./, '');
    asked.push({ action, input: text ? (JSON.parse(text) as Record<string, unknown>) : {} });
    const answer = answers[action] ?? {};
    response.setHeader('x-amzn-requestid', 'r');
    if (typeof answer === 'function') return answer(response);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(answer));
  });
  return { asked, ...(await import('../../../../lambdas/aws/check-builds.ts')) };
}

const build = (changes: object = {}) => ({
  ...{ id: 'p:1', buildStatus: 'SUCCEEDED', startTime: 1_000, endTime: 1_060 },
  environment: { environmentVariables: [{ name: 'T', value: 'x-1', type: 'PLAINTEXT' }] },
  phases: [{ phaseType: 'BUILD', phaseStatus: 'FAILED', contexts: [{ statusCode: 'C', message: 'm' }] }],
  logs: { deepLink: 'https://log' },
  ...changes,
});
const view = {
  ...{ id: 'p:1', status: 'SUCCEEDED', startedAt: 1_000_000, endedAt: 1_060_000, log: 'https://log' },
  phases: [{ name: 'BUILD', status: 'FAILED', code: 'C', message: 'm' }],
};
const variables = [
  { name: 'URL', value: 'u', type: 'PLAINTEXT' as const },
  { name: 'TOKEN', value: '/t', type: 'PARAMETER_STORE' as const },
];

describe('a build is started', () => {
  test('with its variables, its token and where its results go, and nothing else is overridden', async () => {
    const { startBuild, asked } = await adapter({ StartBuild: { build: build() } });
    const folder = 'environments/dev/runs/r/checks/smoke/abc';
    expect(await startBuild('control', { project: 'p', token: 'abc', variables, resultsFolder: folder })).toEqual(view);
    expect(asked).toEqual([
      {
        action: 'StartBuild',
        input: {
          projectName: 'p',
          idempotencyToken: 'abc',
          environmentVariablesOverride: variables,
          artifactsOverride: {
            type: 'S3',
            location: 'control',
            path: 'environments/dev/runs/r/checks/smoke',
            name: 'abc',
            packaging: 'NONE',
            namespaceType: 'NONE',
            encryptionDisabled: true,
            overrideArtifactName: false,
          },
        },
      },
    ]);
  });

  test('without a place for results that nobody expects', async () => {
    const { startBuild, asked } = await adapter({ StartBuild: { build: build() } });
    await startBuild('control', { project: 'p', token: 'abc', variables: [] });
    expect(asked[0]?.input).not.toHaveProperty('artifactsOverride');
  });

  test('is not started where the quota is used up, and another refusal is an error', async () => {
    const refused = (code: string) => (response: ServerResponse) => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': code });
      response.end(JSON.stringify({ __type: code, message: 'Cannot have more than 5 builds in queue' }));
    };
    const full = await adapter({ StartBuild: refused('AccountLimitExceededException') });
    expect(await full.startBuild('control', { project: 'p', token: 'a', variables })).toBeUndefined();
    end();
    const wrong = await adapter({ StartBuild: refused('InvalidInputException') });
    await expect(wrong.startBuild('control', { project: 'p', token: 'a', variables })).rejects.toThrow(
      'builds in queue',
    );
  });

  test.each([
    [{}],
    [{ build: {} }],
    [{ build: build({ buildStatus: undefined }) }],
    [{ build: build({ phases: undefined }) }],
  ])('%j is no answer', async (answer) => {
    const { startBuild } = await adapter({ StartBuild: answer });
    await expect(startBuild('control', { project: 'p', token: 'a', variables })).rejects.toThrow();
  });
});

describe('a build is found', () => {
  const variable = { name: 'T', prefix: 'x-' };
  test('by its variable, among those of the execution', async () => {
    const { findBuild, asked } = await adapter({
      ListBuildsForProject: { ids: ['p:2', 'p:1'], nextToken: 'more' },
      BatchGetBuilds: {
        builds: [build({ id: 'p:2', environment: { environmentVariables: [{ name: 'T', value: 'y-1' }] } }), build()],
      },
    });
    expect(await findBuild('p', variable, 0)).toEqual({ build: view, token: 'x-1' });
    expect(await findBuild('p', { name: 'T', prefix: 'z-' }, 2_000_000)).toBeUndefined();
    // What is older than the execution is not asked for.
    expect(asked.map(({ action }) => action)).toEqual([
      'ListBuildsForProject',
      'BatchGetBuilds',
      'ListBuildsForProject',
      'BatchGetBuilds',
    ]);
  });

  test.each<[string, object, object]>([
    ['no list', {}, {}],
    ['a build that is listed, and not described', { ids: ['p:1'] }, { builds: [] }],
    ['a build without its variables', { ids: ['p:1'] }, { builds: [build({ environment: {} })] }],
  ])('%s is no answer, and starts no second build', async (_, ListBuildsForProject, BatchGetBuilds) => {
    const { findBuild } = await adapter({ ListBuildsForProject, BatchGetBuilds });
    await expect(findBuild('p', variable, 0)).rejects.toThrow();
  });

  test.each([[{}], [{ builds: [] }], [{ builds: [build({ id: 'p:9' })] }]])('%j describes no build', async (answer) => {
    const { readBuild } = await adapter({ BatchGetBuilds: answer });
    await expect(readBuild('p:1')).rejects.toThrow();
  });
});

describe('results are read', () => {
  const object = (body: string) => (response: ServerResponse) => response.end(body);
  test('as they are', async () => {
    const { readResults } = await adapter({ GET: object('<testsuite/>') });
    expect(await readResults('control', 'k')).toEqual({ kind: 'found', text: '<testsuite/>' });
  });

  test('up to a size', async () => {
    const { readResults } = await adapter({ GET: object('x'.repeat(1_048_577)) });
    expect(await readResults('control', 'k')).toEqual({
      kind: 'unreadable',
      why: expect.stringContaining('1048577 bytes'),
    });
  });

  const failing = (status: number, code: string) => (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
  };
  test.each([
    [404, 'NoSuchKey'],
    [403, 'AccessDenied'],
  ])('and are unreadable at %d %s', async (status, code) => {
    const { readResults } = await adapter({ GET: failing(status, code) });
    expect(await readResults('control', 'k')).toEqual({ kind: 'unreadable', why: expect.stringContaining(code) });
  });

  test('and are asked for again when S3 does not answer', async () => {
    const { readResults } = await adapter({ GET: failing(503, 'SlowDown') });
    await expect(readResults('control', 'k')).rejects.toThrow();
  }, 30_000);
});
