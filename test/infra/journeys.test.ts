import { describe, expect, test } from 'vitest';
import links from '../../examples/short-links/runbook.config.ts';
import { parseConfig, type RunbookConfig } from '../../lib/config/config.ts';
import { actionsOf, resourcesOf, runbook, statementsOf } from './support/runbook.ts';

/** A journey of a configuration: what its function may do, and what "Read outputs" has to find for it. */

const jobs = {
  name: 'jobs',
  waitSeconds: 90,
  request: { of: { output: 'api_url' }, path: '/jobs', body: { by: '{run}' }, id: 'id' },
  readBack: {
    path: '/jobs/{id}',
    id: 'id',
    state: 'state',
    until: 'done',
    confirmedBy: { group: '/aws/lambda/{prefix}-work', contains: 'done' },
  },
  logs: [
    { name: 'accepted', group: '/aws/lambda/{prefix}-api', contains: 'accepted' },
    { name: 'worked', group: '/aws/lambda/{prefix}-work', contains: 'taken' },
  ],
  queue: { of: { address: 'aws_sqs_queue.jobs' }, deadLetters: { output: 'dead_url' } },
} satisfies NonNullable<RunbookConfig['stack']['journeys']>[number];
const with_ = (...journeys: object[]) => ({
  ...links,
  stack: { ...links.stack, journeys: journeys as (typeof jobs)[] },
});
const { template } = runbook(with_(jobs));
const functionOf = (FunctionName: string) =>
  Object.values(template.findResources('AWS::Lambda::Function', { Properties: { FunctionName } }))[0]?.Properties;

test('its function searches its own log groups, counts queues of environments, and may do nothing else', () => {
  const own = '<AWS::Region>:<AWS::AccountId>';
  const statements = statementsOf(template, 'What runbook-check-jobs may do');
  expect(actionsOf(statements).filter((action) => !/^xray:|^logs:(Create|Put)/.test(action))).toEqual([
    'logs:FilterLogEvents',
    'sqs:GetQueueAttributes',
  ]);
  expect(resourcesOf(statements, 'logs:FilterLogEvents')).toEqual(
    ['api', 'work'].map((name) => `arn:<AWS::Partition>:logs:${own}:log-group:/aws/lambda/short-links-*-v1-${name}:*`),
  );
  expect(resourcesOf(statements, 'sqs:GetQueueAttributes')).toEqual([
    `arn:<AWS::Partition>:sqs:${own}:short-links-*-v1*`,
  ]);
});

test('without logs and a queue, it may do nothing at all', () => {
  const { logs: _, queue: __, ...rest } = jobs;
  const { confirmedBy: ___, ...readBack } = rest.readBack;
  const statements = statementsOf(runbook(with_({ ...rest, readBack })).template, 'What runbook-check-jobs may do');
  expect(actionsOf(statements).filter((action) => !/^xray:|^logs:(Create|Put)/.test(action))).toEqual([]);
});

test('its endpoint and its queues are found in the state, and its outputs are wanted', () => {
  const { LOOKUPS, WANTED_OUTPUTS } = functionOf('runbook-outputs').Environment.Variables;
  expect(JSON.parse(LOOKUPS)).toEqual([
    { kind: 'http', of: { output: 'api_url' } },
    { kind: 'sqs', of: { address: 'aws_sqs_queue.jobs' } },
    { kind: 'sqs', of: { output: 'dead_url' } },
  ]);
  const wanted = (JSON.parse(WANTED_OUTPUTS) as { name: string; by: string[] }[]).filter(({ by }) =>
    by.includes('jobs'),
  );
  expect(wanted.map(({ name }) => name)).toEqual(['api_url', 'dead_url']);
});

test('its function has the journey, its wait, and a state of the validation', () => {
  const { CHECK, WAIT_SECONDS, JOURNEY } = functionOf('runbook-check-jobs').Environment.Variables;
  expect({ CHECK, WAIT_SECONDS }).toEqual({ CHECK: 'jobs', WAIT_SECONDS: '90' });
  expect(JSON.parse(JOURNEY)).toMatchObject({ request: { path: '/jobs', status: 202 }, logs: jobs.logs });
  const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const validate = machines.find(({ Properties }) => Properties.StateMachineName === 'runbook-validate');
  expect(validate?.Properties.DefinitionString).toContain('"Check jobs"');
});

describe('a journey that cannot work is refused with the key', () => {
  test.each<[changes: object, message: string]>([
    [{ name: 'e2e-order' }, 'journeys.0.name: is the name of a check that this project has already'],
    [{ waitSeconds: 4_000 }, 'journeys.0.waitSeconds: must be at most 1800'],
    [
      { logs: [{ ...jobs.logs[0], group: '/aws/lambda/other' }] },
      'journeys.0.logs.0.group: must be the name of a log group',
    ],
    [{ readBack: { ...jobs.readBack, path: '/jobs' } }, 'journeys.0.readBack.path: must have "{id}"'],
    [
      { request: { ...jobs.request, body: { x: 'y'.repeat(3_000) } } },
      'journeys.0: is more than a function can be given',
    ],
    [{ colour: 'red' }, 'unknown key "colour"'],
  ])('%j', (changes, message) => {
    expect(() => parseConfig(with_({ ...jobs, ...changes }))).toThrow(message);
  });
});
