import { describe, expect, test } from 'vitest';
import { recordOutputs } from '../../../../lambdas/operations/record-outputs.ts';
import { takeInventory } from '../../../../lambdas/operations/take-inventory.ts';
import { parseOutputs } from '../../../../lambdas/operations/terraform-outputs.ts';
import { parseState } from '../../../../lambdas/operations/terraform-state.ts';
import type { InventoryItem } from '../../../../lambdas/shared/request.ts';
import { aRequest, outputs, RUN } from '../support/fixtures.ts';

const outputFile = (changes: Record<string, unknown> = {}) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries({ ...outputs, ...changes }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, { sensitive: false, type: 'string', value }]],
      ),
    ),
  );

describe('terraform outputs', () => {
  test('as terraform writes them, with more than is needed', () => {
    expect(parseOutputs(outputFile({ more: 'x' }))).toEqual(outputs);
  });

  test.each([
    ['a missing one', outputFile({ alb_dns_name: undefined }), /terraform output "alb_dns_name" is missing: /],
    ['two missing', outputFile({ alb_dns_name: undefined, vpc_id: undefined }), /"alb_dns_name".*"vpc_id" is missing/],
    ['an empty one', outputFile({ alb_dns_name: '' }), /"alb_dns_name" is malformed/],
    ['a null', outputFile({ vpc_id: null }), /"vpc_id" is malformed/],
    ['none', '{}', /"sns_alerts_topic_arn" is missing/],
    ['no JSON', 'Error: no state', /not what "terraform output -json" writes/],
    ['values without their wrapping', JSON.stringify(outputs), /not what/],
  ])('%s', (_name, text, message) => {
    expect(() => parseOutputs(text)).toThrow(message);
  });

  test('never shows a value', () => {
    expect(() => parseOutputs(outputFile({ vpc_id: 'hunter2' }))).toThrow(/^(?!.*hunter2)/s);
  });
});

describe('outputs', () => {
  const event = { request: aRequest(), run: RUN, fencing: 4 };

  test('go into the record that the execution still holds', async () => {
    const stored: unknown[] = [];
    await recordOutputs(event, {
      readText: async (key) => (key === event.request.keys.outputs ? outputFile() : undefined),
      storeOutputs: async (...args) => stored.push(args) > 0,
    });
    expect(stored).toEqual([['dev', { owner: event.request.execution.id, fencing: 4 }, outputs]]);
  });

  test('are refused once the environment was taken over', async () => {
    const ports = { readText: async () => outputFile(), storeOutputs: async () => false };
    await expect(recordOutputs(event, ports)).rejects.toMatchObject({ name: 'SafetyError' });
  });

  test('that were never written are an error of the apply', async () => {
    const ports = { readText: async () => undefined, storeOutputs: async () => true };
    await expect(recordOutputs(event, ports)).rejects.toMatchObject({ name: 'InputError', message: /wrote no/ });
  });
});

const state = (resources: unknown[]) =>
  JSON.stringify({ version: 4, serial: 3, lineage: 'l-1', outputs: {}, resources });
const cluster = {
  mode: 'managed',
  type: 'aws_ecs_cluster',
  name: 'main',
  provider: 'provider["registry.terraform.io/hashicorp/aws"]',
  instances: [{ attributes: { id: 'arn:c', arn: 'arn:c' } }],
};

describe('terraform state', () => {
  test('becomes a list, instance by instance', () => {
    const groups = {
      ...cluster,
      module: 'module.logs',
      type: 'aws_cloudwatch_log_group',
      name: 'service',
      instances: [
        { index_key: 'api', attributes: { id: '/ecs/x/api', arn: 'arn:l' } },
        { index_key: 0, attributes: { id: '/ecs/x/0' } },
      ],
    };
    expect(parseState(state([cluster, groups, { ...cluster, mode: 'data' }]))).toEqual({
      lineage: 'l-1',
      resources: 3,
      items: [
        { type: 'aws_ecs_cluster', name: 'main', id: 'arn:c', arn: 'arn:c', service: 'ecs' },
        {
          type: 'aws_cloudwatch_log_group',
          name: 'module.logs.service["api"]',
          id: '/ecs/x/api',
          arn: 'arn:l',
          service: 'logs',
        },
        { type: 'aws_cloudwatch_log_group', name: 'module.logs.service[0]', id: '/ecs/x/0', service: 'logs' },
      ],
    });
  });

  test.each([
    ['as an id', { id: 'arn:svc' }, 'arn:svc'],
    ['under a name of its own', { id: 'x', dashboard_arn: 'arn:d' }, 'arn:d'],
    ['nowhere', { id: 'x' }, undefined],
  ])('finds an ARN that the provider keeps %s', (_, attributes, arn) => {
    const { items } = parseState(state([{ ...cluster, instances: [{ attributes }] }]));
    expect(items[0]?.arn).toBe(arn);
  });

  test('knows a database by the name that RDS lets one ask for', () => {
    const attributes = { id: 'db-M5ENSHX', identifier: 'x-v3-db' };
    const { items } = parseState(state([{ ...cluster, type: 'aws_db_instance', instances: [{ attributes }] }]));
    expect(items).toEqual([{ type: 'aws_db_instance', name: 'main', id: 'x-v3-db', service: 'rds' }]);
  });

  test('lists the secret that RDS made for a database', () => {
    const attributes = { id: 'db-1', arn: 'arn:db', master_user_secret: [{ secret_arn: 'arn:s', kms_key_id: 'k' }] };
    const { items, resources } = parseState(
      state([{ ...cluster, type: 'aws_db_instance', instances: [{ attributes }] }]),
    );
    expect(items.map(({ type, arn, service }) => [type, arn, service])).toEqual([
      ['aws_db_instance', 'arn:db', 'rds'],
      ['aws_secretsmanager_secret', 'arn:s', 'secretsmanager'],
    ]);
    expect(resources).toBe(1);
  });

  test.each([
    ['of another version', JSON.stringify({ version: 3, modules: [] })],
    ['cut off', '{"version": 4, "resou'],
    ['without resources', '{"version": 4, "lineage": "l"}'],
    ['empty', ''],
  ])('%s is unreadable, never empty', (_name, text) => {
    expect(() => parseState(text)).toThrow(expect.objectContaining({ name: 'DependencyError' }));
  });

  test.each([
    ['aws_lb_target_group', 'elbv2'],
    ['aws_cloudwatch_event_rule', 'events'],
    ['aws_cloudwatch_metric_alarm', 'cloudwatch'],
    ['aws_vpc_security_group_ingress_rule', 'ec2'],
    ['aws_eip', 'ec2'],
    ['aws_route53_record', 'tagging'],
    ['aws_kms_key', 'kms'],
    ['random_id', 'tagging'],
  ])('%s is looked for by %s', (type, service) => {
    expect(parseState(state([{ ...cluster, type }])).items[0]?.service).toBe(service);
  });
});

describe('inventory', () => {
  type Stored = Awaited<ReturnType<Parameters<typeof takeInventory>[1]['readState']>>;
  const take = async (stateText: Stored, earlier: Stored = { kind: 'no-object' }) => {
    let written: InventoryItem[] | undefined;
    const result = await takeInventory(aRequest(), {
      readState: async () => stateText,
      readInventory: async () => earlier,
      writeInventory: async (_key, items) => {
        written = items;
      },
    });
    return { result, ids: written?.map(({ id }) => id) };
  };
  const old = JSON.stringify([{ type: 'aws_sqs_queue', name: 'q', id: 'old', service: 'sqs' }]);

  test('lists what the state has', async () => {
    const { result, ids } = await take({ kind: 'found', text: state([cluster]) });
    expect(result).toEqual({ backendExists: true, resources: 1, lineage: 'l-1', key: aRequest().keys.inventory });
    expect(ids).toEqual(['arn:c']);
  });

  test.each<[string, Stored, boolean]>([
    ['a bucket without state', { kind: 'no-object' }, true],
    ['no bucket', { kind: 'no-bucket' }, false],
  ])('%s', async (_name, stored, backendExists) => {
    const { result, ids } = await take(stored);
    expect(result).toMatchObject({ backendExists, resources: 0 });
    expect(result).not.toHaveProperty('lineage');
    expect(ids).toEqual([]);
  });

  test('keeps what an earlier teardown of the run listed', async () => {
    const { ids } = await take({ kind: 'found', text: state([cluster]) }, { kind: 'found', text: old });
    expect(ids).toEqual(['old', 'arn:c']);
    expect((await take({ kind: 'no-bucket' }, { kind: 'found', text: old })).ids).toEqual(['old']);
  });

  test('does not write over an earlier one that it cannot read', async () => {
    await expect(take({ kind: 'no-object' }, { kind: 'found', text: '[{' })).rejects.toThrow(/malformed/);
  });
});
