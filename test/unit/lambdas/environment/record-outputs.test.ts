import { describe, expect, test } from 'vitest';
import { recordOutputs } from '../../../../lambdas/environment/record-outputs.ts';
import { parseOutputs } from '../../../../lambdas/environment/terraform-outputs.ts';
import { RECORD_ATTRIBUTES } from '../../../../lib/iam/record-grants.ts';
import { aRecord, aRequest, outputs, PATTERN } from '../support/fixtures.ts';
import { platformResources, stateOf } from '../support/states.ts';

const outputFile = (changes: Record<string, unknown> = {}) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries({ ...outputs, ...changes }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, { sensitive: false, type: 'string', value }]],
      ),
    ),
  );

/** Returns a state with the resources that the outputs name, and with these. */
const state = (resources: unknown[]) => stateOf([...platformResources(outputs), ...resources]);
const wanted = Object.keys(outputs).map((name) => ({ name, from: name, by: ['backend'] }));

describe('terraform outputs', () => {
  test('as terraform writes them, without more than is wanted', () => {
    expect(parseOutputs(outputFile({ more: 'x' }), wanted)).toEqual(outputs);
    expect(parseOutputs(outputFile(), wanted.slice(0, 1))).toEqual({ alb_dns_name: outputs.alb_dns_name });
  });

  test('of a team’s own, whatever they are, by the names that they are wanted under', () => {
    const own = [
      { name: 'order_events_queue_url', from: 'jobs_url', by: ['sqs-backlog'] },
      { name: 'buckets', from: 'buckets', by: ['intake'] },
    ];
    const file = outputFile({ jobs_url: 'https://sqs/jobs', buckets: ['a', 'b'] });
    expect(parseOutputs(file, own)).toEqual({ order_events_queue_url: 'https://sqs/jobs', buckets: ['a', 'b'] });
  });

  test('that nobody may see are refused, whoever wants them', () => {
    const file = JSON.stringify({ password: { value: 'hunter2', sensitive: true } });
    const want = [{ name: 'password', from: 'password', by: ['intake'] }];
    expect(() => parseOutputs(file, want)).toThrow(/^terraform output "password" is sensitive(?!.*hunter2).*intake/);
  });

  describe('that nothing needs', () => {
    const address = [{ name: 'application_url', from: 'site', by: [] }];
    test('are read where the root has them, and are not missed where it has none', () => {
      expect(parseOutputs(outputFile({ site: 'https://shop.example.com' }), address)).toEqual({
        application_url: 'https://shop.example.com',
      });
      expect(parseOutputs(outputFile(), address)).toEqual({});
    });

    test.each(['shop.example.com', 'javascript:alert(1)', '', null, ['https://shop.example.com']])(
      'are an address that a browser opens: %j is refused',
      (site) => {
        expect(() => parseOutputs(outputFile({ site }), address)).toThrow(
          'terraform output "site" is malformed: must be an http or https URL',
        );
      },
    );
  });

  test.each([
    [
      'a missing one',
      outputFile({ alb_dns_name: undefined }),
      /terraform output "alb_dns_name" is missing: .*backend needs it$/,
    ],
    ['two missing', outputFile({ alb_dns_name: undefined, vpc_id: undefined }), /"alb_dns_name".*"vpc_id" is missing/],
    ['an empty one', outputFile({ alb_dns_name: '' }), /"alb_dns_name" is malformed/],
    ['a null', outputFile({ vpc_id: null }), /"vpc_id" is malformed/],
    ['none', '{}', /"sns_alerts_topic_arn" is missing/],
    ['no JSON', 'Error: no state', /not what "terraform output -json" writes/],
    ['values without their wrapping', JSON.stringify(outputs), /not what/],
  ])('%s', (_name, text, message) => {
    expect(() => parseOutputs(text, wanted)).toThrow(message);
  });

  test('never shows a value', () => {
    expect(() => parseOutputs(outputFile({ vpc_id: 'hunter2' }), wanted)).toThrow(/^(?!.*hunter2)/s);
  });
});

describe('outputs', () => {
  const readState = async () => state([]);
  const event = { request: aRequest(), fencing: 4, redrive: 0 };
  const unpriced = { loadRecord: async () => null, now: () => Date.parse('2026-01-31T16:00:00Z') };

  test('go into the record that the execution still holds', async () => {
    const stored: Parameters<Parameters<typeof recordOutputs>[2]['storeOutputs']>[] = [];
    await recordOutputs(
      event,
      { wanted, lookups: [], namePattern: PATTERN },
      {
        ...unpriced,
        readText: async (key) => (key === event.request.keys.outputs ? outputFile() : undefined),
        readState: async (bucket) => (bucket === event.request.names.stateBucket ? state([]) : undefined),
        storeOutputs: async (...args) => stored.push(args) > 0,
      },
    );
    expect(stored).toEqual([
      [
        'dev',
        { owner: event.request.execution.id, fencing: 4 },
        {
          applied: 4,
          outputs,
          taskDefinitions: {},
          targets: {},
          lineage: 'l-1',
          serial: 3,
          usdPerHour: expect.any(Number),
        },
      ],
    ]);
    // IAM permits the function to change only these attributes.
    for (const [, , changes] of stored) {
      for (const attribute of Object.keys(changes)) expect(RECORD_ATTRIBUTES.outputs).toContain(attribute);
    }
  });

  test('go there with what everything costs an hour', async () => {
    let usdPerHour: number | undefined;
    const alb = {
      mode: 'managed',
      type: 'aws_lb',
      name: 'main',
      instances: [{ attributes: { id: 'arn:x', arn: 'arn:x' } }],
    };
    await recordOutputs(
      event,
      { wanted: [], lookups: [], namePattern: PATTERN },
      {
        ...unpriced,
        readText: async () => outputFile(),
        readState: async () => stateOf([alb]),
        storeOutputs: async (_environment, _guard, changes) => {
          ({ usdPerHour } = changes);
          return true;
        },
      },
    );
    // The price is that of a load balancer and its two addresses.
    expect(usdPerHour).toBeCloseTo(0.0352);
  });

  test('go there with the task definition of each service that Terraform manages', async () => {
    const service = (mode: string, type: string, name: string, attributes: object) => ({
      mode,
      type,
      name,
      instances: [{ index_key: name, attributes }],
    });
    const text = state([
      service('managed', 'aws_ecs_service', 'api', { id: 'arn:svc/api', task_definition: 'arn:td/api:2' }),
      service('managed', 'aws_ecs_service', 'worker', { id: 'arn:svc/worker', task_definition: 'worker:3' }),
      service('managed', 'aws_ecs_service', 'external', { id: 'arn:svc/external', task_definition: '' }),
      service('data', 'aws_ecs_service', 'foreign', { id: 'arn:svc/foreign', task_definition: 'arn:td/foreign:1' }),
      service('managed', 'aws_ecs_task_set', 'set', { id: 'arn:set', task_definition: 'arn:td/set:1' }),
    ]);
    let recorded: unknown;
    await recordOutputs(
      event,
      { wanted, lookups: [], namePattern: PATTERN },
      {
        ...unpriced,
        readText: async () => outputFile(),
        readState: async () => text,
        storeOutputs: async (_environment, _guard, { taskDefinitions }) => {
          recorded = taskDefinitions;
          return true;
        },
      },
    );
    expect(recorded).toEqual({ 'arn:svc/api': 'arn:td/api:2', 'arn:svc/worker': 'worker:3' });
  });

  test('keep what it has cost at the price until now', async () => {
    const stored: Parameters<Parameters<typeof recordOutputs>[2]['storeOutputs']>[2][] = [];
    const record = aRecord({
      createdAt: '2026-01-31T12:00:00Z',
      usdPerHour: 0.5,
      spent: { usd: 1, at: '2026-01-31T14:00:00Z' },
    });
    for (const loaded of [record, { ...record, usdPerHour: undefined }])
      await recordOutputs(
        event,
        { wanted, lookups: [], namePattern: PATTERN },
        {
          ...unpriced,
          loadRecord: async () => loaded,
          readText: async () => outputFile(),
          readState: async () => state([]),
          storeOutputs: async (_environment, _guard, changes) => stored.push(changes) > 0,
        },
      );
    expect(stored.map(({ spent }) => spent)).toEqual([{ usd: 2, at: '2026-01-31T16:00:00Z' }, undefined]);
  });

  test('are not stored when one leads to what the state does not have', async () => {
    const stored: unknown[] = [];
    const recorded = recordOutputs(
      event,
      { wanted, lookups: [], namePattern: PATTERN },
      {
        ...unpriced,
        readText: async () => outputFile({ order_events_queue_url: 'https://sqs.eu-west-1.amazonaws.com/1/anybodys' }),
        readState: async () => state([]),
        storeOutputs: async (...args) => stored.push(args) > 0,
      },
    );
    await expect(recorded).rejects.toThrow('terraform output "order_events_queue_url" is "https://sqs.');
    expect(stored).toEqual([]);
  });

  test('are refused once the environment was taken over', async () => {
    const ports = { ...unpriced, readText: async () => outputFile(), readState, storeOutputs: async () => false };
    await expect(recordOutputs(event, { wanted, lookups: [], namePattern: PATTERN }, ports)).rejects.toMatchObject({
      name: 'SafetyError',
    });
  });

  test('that were never written are an error of the apply', async () => {
    const ports = { ...unpriced, readText: async () => undefined, readState, storeOutputs: async () => true };
    await expect(recordOutputs(event, { wanted, lookups: [], namePattern: PATTERN }, ports)).rejects.toMatchObject({
      name: 'InputError',
      message: /wrote no/,
    });
  });
});
