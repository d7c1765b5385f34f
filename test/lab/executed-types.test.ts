import { execFile } from 'node:child_process';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../lab/lab.ts';
import { EXECUTED_TYPES } from '../../lab/terraform/executed-types.ts';
import { findTools, terraformConfiguration } from '../../lab/tools.ts';

/** The types of the table are those of roots that are applied: of the product and its examples in lifecycles, of the fixture here. */

const LIVES = [
  'infra/aws-v3/bootstrap',
  'infra/aws-v3/stack',
  'examples/document-intake/terraform',
  'examples/short-links/terraform',
];
const FIXTURE = 'test/lab/fixtures/executed-types';
/** Most of its time Terraform waits for what it has asked for. */
const MOST_AT_ONCE = '-parallelism=40';
/** Options of the stack that no life switches on: test/lab/fixtures has no counterpart, and the emulator keeps what they set. */
let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());

async function typesOf(root: string): Promise<string[]> {
  const folder = join(lab.context.projectRoot, root);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.tf'));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => [...text.matchAll(/^resource "aws_(\w+)"/gm)].map(([, type = '']) => type));
}

test('the table has what is applied, and nothing else', async () => {
  const applied = new Set((await Promise.all([...LIVES, FIXTURE].map(typesOf))).flat());
  expect([...EXECUTED_TYPES].sort()).toEqual([...applied].sort());
});

test('each type of the fixture is made, found unchanged and destroyed', { timeout: 400_000 }, async () => {
  const { projectRoot, directory, client } = lab.context;
  // The provider takes 25 seconds to make a queue, and as many for its policy. Queues are in roots whose lives are tests.
  const sqs = new SQSClient(client);
  const { QueueUrl: url } = await sqs.send(new CreateQueueCommand({ QueueName: 'types-queue' }));
  sqs.destroy();
  const cwd = join(directory, 'types');
  await cp(join(projectRoot, FIXTURE), cwd, { recursive: true });
  const env = {
    ...process.env,
    ...lab.environment,
    TF_CLI_CONFIG_FILE: terraformConfiguration(await findTools(projectRoot), directory, projectRoot),
    TF_IN_AUTOMATION: '1',
    TF_VAR_queue: JSON.stringify({ url, arn: 'arn:aws:sqs:eu-west-1:123456789012:types-queue' }),
    TF_VAR_archive: join(projectRoot, 'examples/short-links/terraform/function.zip'),
  };
  const terraform = (...args: string[]) =>
    promisify(execFile)('terraform', [...args, '-no-color', '-input=false'], { cwd, env, maxBuffer: 16 * 1024 * 1024 });
  await terraform('init', '-lockfile=readonly');
  await terraform('apply', '-auto-approve', MOST_AT_ONCE);
  // Exit code 2 would mean changes.
  await terraform('plan', '-detailed-exitcode');
  // The plan has read all of it.
  await terraform('destroy', '-auto-approve', '-refresh=false', MOST_AT_ONCE);
});
