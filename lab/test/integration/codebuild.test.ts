import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codebuildService } from '../../codebuild/codebuild.ts';
import type { AwsEvent } from '../../context.ts';
import { type Lab, startLab } from '../../lab.ts';
import { BUILD_ROLE, TestBuilds } from '../support/builds.ts';
import { zip } from '../support/zip.ts';

let lab: Lab;
let builds: TestBuilds;
let s3: S3Client;
const events: AwsEvent[] = [];

beforeAll(async () => {
  lab = await startLab({ services: [(context) => codebuildService(context, { environment: { TOOL: 'x' } })] });
  lab.context.events.on('event', (event) => events.push(event));
  builds = new TestBuilds(lab.context);
  await builds.createProject();
  s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'sources' }));
});

afterAll(() => lab?.stop());

describe('a build', () => {
  test('goes through every phase and tells about it', async () => {
    const { build, phases } = await builds.run('phases: { build: { commands: [echo hello] } }');
    expect(build).toMatchObject({
      buildStatus: 'SUCCEEDED',
      currentPhase: 'COMPLETED',
      projectName: 'project',
      initiator: 'operator',
      logs: { groupName: '/aws/codebuild/project', streamName: build.id?.split(':')[1] },
    });
    const names =
      'SUBMITTED QUEUED PROVISIONING DOWNLOAD_SOURCE INSTALL PRE_BUILD BUILD POST_BUILD UPLOAD_ARTIFACTS FINALIZING';
    expect(phases).toEqual({
      ...Object.fromEntries(names.split(' ').map((name) => [name, 'SUCCEEDED'])),
      COMPLETED: undefined,
    });
    expect(build.endTime?.getTime()).toBeGreaterThanOrEqual(build.startTime?.getTime() ?? Number.POSITIVE_INFINITY);
    expect(await builds.log(build)).toMatch(
      /Running command echo hello\nhello\n.*Phase complete: BUILD State: SUCCEEDED/,
    );
    const told = events
      .filter(({ resources }) => resources[0] === build.arn)
      .map(({ detail }) => detail['build-status']);
    expect(told).toEqual(['IN_PROGRESS', 'SUCCEEDED']);
  });

  test('keeps variables and folder from command to command, but not functions or shell options', async () => {
    const { seen } = await builds.run(`
env: { shell: bash, exported-variables: [SEEN, WHERE, FUNCTION, UNSET] }
phases:
  install: { commands: ['export SEEN="it''s one"', "f() { :; }; set -e", "mkdir -p deep; cd deep"] }
  build:
    commands:
      - |
        SEEN="$SEEN and
        two"
        false
        WHERE=$(basename "$PWD")
      - FUNCTION=$(type f >/dev/null 2>&1 && echo kept || echo gone)`);
    expect(seen).toEqual({ SEEN: "it's one and\ntwo", WHERE: 'deep', FUNCTION: 'gone' });
  });

  test('sees overridden variables, parameters, secrets, its role and nothing of ours', async () => {
    process.env.SECRET_OF_THE_LAB = 'x';
    await new SSMClient(lab.context.client).send(
      new PutParameterCommand({ Name: '/p', Value: 'parameter', Type: 'String' }),
    );
    await new SecretsManagerClient(lab.context.client).send(
      new CreateSecretCommand({ Name: 's', SecretString: '{"user":"secret"}' }),
    );
    const names = [
      'COLOUR',
      'SIZE',
      'P',
      'S',
      'OWN',
      'TOOL',
      'SECRET_OF_THE_LAB',
      'AWS_ACCESS_KEY_ID',
      'AWS_ENDPOINT_URL',
      'CODEBUILD_BUILD_ID',
    ];
    const { build, seen } = await builds.run(
      `env: { variables: { OWN: 1, COLOUR: green }, secrets-manager: { S: "s:user" }, exported-variables: [${names}] }\nphases: {}`,
      {
        environmentVariablesOverride: [
          { name: 'COLOUR', value: 'blue', type: 'PLAINTEXT' },
          { name: 'P', value: '/p', type: 'PARAMETER_STORE' },
        ],
      },
    );
    expect(seen).toMatchObject({ COLOUR: 'blue', SIZE: 'small', P: 'parameter', S: 'secret', OWN: '1', TOOL: 'x' });
    expect(seen).toMatchObject({ AWS_ENDPOINT_URL: lab.endpoint, CODEBUILD_BUILD_ID: build.id });
    expect(seen).not.toHaveProperty('SECRET_OF_THE_LAB');
    expect(lab.context.credentials.sessionOf(seen.AWS_ACCESS_KEY_ID ?? '')?.role).toBe(BUILD_ROLE);
  });

  test('unpacks its source from S3, with permissions, and takes the buildspec from it', async () => {
    const files = {
      'ci/spec.yml':
        'version: 0.2\nenv: { exported-variables: [SEEN] }\nphases: { build: { commands: ["SEEN=$(./bin/tool.sh)"] } }',
      'bin/tool.sh*': '#!/bin/sh\necho "ran in $(basename "$CODEBUILD_SRC_DIR")"',
    };
    await s3.send(new PutObjectCommand({ Bucket: 'sources', Key: 'a/b.zip', Body: zip(files) }));
    const source = { sourceTypeOverride: 'S3', sourceLocationOverride: 'sources/a/b.zip' } as const;
    const build = await builds.ended(await builds.start({ ...source, buildspecOverride: 'ci/spec.yml' }));
    expect(build.exportedEnvironmentVariables).toEqual([{ name: 'SEEN', value: 'ran in src' }]);

    const missing = await builds.ended(await builds.start({ ...source, sourceLocationOverride: 'sources/none.zip' }));
    expect(missing.buildStatus).toBe('FAILED');
    expect(missing.phases?.find(({ phaseType }) => phaseType === 'DOWNLOAD_SOURCE')).toMatchObject({
      phaseStatus: 'FAILED',
      contexts: [{ statusCode: 'CLIENT_ERROR', message: expect.stringContaining('NoSuchKey') }],
    });
  });
});

describe('a failure', () => {
  test('in BUILD runs the rest of that phase’s finally and POST_BUILD, and is reported', async () => {
    const { build, seen, phases } = await builds.run(`
env: { exported-variables: [SEEN, AFTER] }
phases:
  build: { commands: ["exit 3", "SEEN=skipped"], finally: ["SEEN=finally$CODEBUILD_BUILD_SUCCEEDING"] }
  post_build: { commands: ["AFTER=$CODEBUILD_BUILD_SUCCEEDING"] }`);
    expect(build.buildStatus).toBe('FAILED');
    expect(seen).toEqual({ SEEN: 'finally0', AFTER: '0' });
    expect(phases).toMatchObject({ BUILD: 'FAILED', POST_BUILD: 'SUCCEEDED' });
    expect(build.phases?.find(({ phaseType }) => phaseType === 'BUILD')?.contexts).toEqual([
      {
        statusCode: 'COMMAND_EXECUTION_ERROR',
        message: 'Error while executing command: exit 3. Reason: exit status 3',
      },
    ]);
  });

  test.each([
    ['pre_build: { commands: ["false"] }', { PRE_BUILD: 'FAILED', FINALIZING: 'SUCCEEDED' }, 'BUILD'],
    ['build: { on-failure: ABORT, commands: ["false"] }', { BUILD: 'FAILED' }, 'POST_BUILD'],
  ])('%s ends the build', async (phase, expected, skipped) => {
    const { build, phases } = await builds.run(`phases: { ${phase} }`);
    expect(build.buildStatus).toBe('FAILED');
    expect(phases).toMatchObject(expected);
    expect(phases).not.toHaveProperty(skipped);
  });

  test('of the buildspec itself is one of DOWNLOAD_SOURCE', async () => {
    const { build, phases } = await builds.run('phases: { built: { commands: [ls] } }');
    expect(phases.DOWNLOAD_SOURCE).toBe('FAILED');
    const contexts = build.phases?.find(({ phaseType }) => phaseType === 'DOWNLOAD_SOURCE')?.contexts;
    expect(contexts).toEqual([{ statusCode: 'YAML_FILE_ERROR', message: expect.stringContaining('built') }]);
  });
});
