import { setTimeout as sleep } from 'node:timers/promises';
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, expect, test } from 'vitest';
import { useLab } from '../../../lab/test/support/use-lab.ts';
import { certificate } from '../../../lambdas/contracts/certificate.ts';
import { SWEEP_FAMILIES, verdictResult } from '../../../lambdas/contracts/sweep-request.ts';
import { aRequest, arnOf, PATTERN, PREFIX, RUN } from '../../unit/lambdas/support/fixtures.ts';
import { createRecordTable, TABLE } from './support.ts';

/** The test calls what the machine calls, one after the other, for an environment without a record. */

const lab = useLab();
const KEY = `environments/dev/runs/${RUN}/certificate`;

beforeAll(async () => {
  const { KeyMetadata } = await new KMSClient(lab.context.client).send(
    new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' }),
  );
  Object.assign(process.env, {
    ...{
      CONTROL_BUCKET: 'control',
      ENVIRONMENTS_TABLE: TABLE,
      PROJECT: 'order-platform',
      NAME_PATTERN: PATTERN,
      ALLOWED_REGIONS: 'eu-west-1',
      TERRAFORM_PROJECT: 'runbook-terraform',
      IMAGES_PROJECT: 'runbook-images',
      BUILD_PROJECTS: 'runbook-terraform,runbook-images',
      CERTIFICATE_KEY_ARN: KeyMetadata?.Arn,
      CERTIFICATE_LOCK_DAYS: '0',
    },
  });
  await new S3Client(lab.context.client).send(
    new CreateBucketCommand({ Bucket: 'control', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
  );
  await createRecordTable(lab.context);
});

/**
 * Verdicts are dated to the second, and of one second the worse one counts: each sweep begins in a second of its own.
 */
async function sweep(name: string, exclusions: { what: string; why: string }[] = []) {
  await sleep(1000 - (Date.now() % 1000));
  const { handler: sweepServices } = await import('../../../lambdas/handlers/sweep-services.ts');
  const { handler: verdict } = await import('../../../lambdas/handlers/verdict.ts');
  const context = { getRemainingTimeInMillis: () => 300_000 };
  const request = {
    ...aRequest({ machine: 'sweep', record: null, exclusions }),
    execution: { id: arnOf('sweep', name), name, startTime: new Date().toISOString() },
  };
  const passes = [];
  for (const pass of [1, 2]) {
    passes.push(
      await Promise.all(SWEEP_FAMILIES.map((services) => sweepServices({ request, services, pass }, context))),
    );
  }
  return verdictResult.parse(await verdict({ request, passes }, context));
}

async function stored(suffix: string): Promise<string> {
  const object = await new S3Client(lab.context.client).send(
    new GetObjectCommand({ Bucket: 'control', Key: `${KEY}${suffix}` }),
  );
  return (await object.Body?.transformToString()) ?? '';
}

test('leftovers, then what is kept on purpose, then nothing: one certificate has them all', async () => {
  const sqs = new SQSClient(lab.context.client);
  const tags = { project: 'order-platform', environment: 'dev' };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `${PREFIX}-order-events`, tags }));
  expect(await sweep('first')).toMatchObject({
    verdict: 'LEFTOVERS',
    leftovers: [{ service: 'sqs', type: 'queue' }],
    unknown: [],
    certificate: { bucket: 'control', key: `${KEY}.json`, html: `${KEY}.html` },
  });
  expect(await stored('.html')).toContain(`aws sqs delete-queue --queue-url https://sqs.eu-west-1.amazonaws.com/`);

  const rule = { what: `${PREFIX}-order-*`, why: 'it is drained by hand' };
  expect(await sweep('1h', [rule])).toMatchObject({
    verdict: 'CLEAN',
    summary: expect.stringContaining('1 kept on purpose'),
  });
  expect(await stored('.html')).toContain(rule.why);

  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  expect((await sweep('24h')).verdict).toBe('CLEAN');
  const { sweeps, verdict } = certificate.parse(JSON.parse(await stored('.json')));
  expect(sweeps.map((one) => one.verdict)).toEqual(['LEFTOVERS', 'CLEAN', 'CLEAN']);
  expect(verdict).toBe('CLEAN');
  expect(sweeps[1]?.excluded).toEqual([expect.objectContaining({ type: 'queue', status: 'PRESENT', why: rule.why })]);
});
