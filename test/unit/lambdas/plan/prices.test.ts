import { describe, expect, test } from 'vitest';
import type { InventoryItem } from '../../../../lambdas/contracts/payloads/inventory.ts';
import { costLines, hourlyOf } from '../../../../lambdas/plan/prices.ts';

const item = (type: string, facts?: InventoryItem['facts'], arn?: string): InventoryItem => ({
  ...{ type, name: 'x', id: 'x', service: 'ecs' },
  ...(arn ? { arn } : {}),
  ...(facts ? { facts } : {}),
});

describe('what things cost an hour', () => {
  test.each([
    ['elbv2', 'load-balancer', 0.0252],
    ['ec2', 'nat-gateway', 0.048],
    ['iam', 'role', 0],
    ['kms', 'key', 1 / 730],
  ])('a %s %s', (service, type, usd) => {
    expect(hourlyOf({ service, type }).usd).toBeCloseTo(usd, 6);
  });

  test.each([
    ['rds', 'db-snapshot'],
    ['logs', 'log-group'],
    ['ec2', 'volume'],
  ])('a %s %s depends on its size, and is not called free', (service, type) => {
    expect(hourlyOf({ service, type })).toMatchObject({ usd: undefined, basis: expect.stringMatching(/^by /) });
  });
});

describe('what a run costs an hour', () => {
  test('follows the sizes that the state has', () => {
    const lines = costLines([
      item('aws_ecs_task_definition', { cpu: '1024', memory: '2048' }, 'td:1'),
      item('aws_ecs_service', { desired_count: 2, task_definition: 'td:1' }),
      item('aws_lb'),
      item('aws_db_instance', { instance_class: 'db.t4g.small', allocated_storage: 100 }),
    ]);
    const byName = Object.fromEntries(lines.map((line) => [line.what, line]));
    expect(byName['Fargate task']).toMatchObject({
      count: 2,
      usdPerHour: expect.closeTo(2 * (0.03238 + 2 * 0.00356), 6),
    });
    expect(byName['database with its storage']?.usdPerHour).toBeCloseTo(0.035 + (100 * 0.127) / 730, 6);
    // The load balancer has two addresses, and each task has one.
    expect(byName['public IPv4 address']?.count).toBe(4);
  });

  test('of nothing is nothing', () => {
    expect(costLines([])).toEqual([]);
  });
});

describe('what infra/aws-v3/stack/network.tf says of the ways to AWS without public addresses', () => {
  const sum = (types: readonly string[]) =>
    costLines(types.map((type) => item(type))).reduce((total, { usdPerHour }) => total + usdPerHour, 0);
  const rest = sum(['aws_lb', 'aws_ecs_service', 'aws_ecs_service', 'aws_db_instance']);
  const endpoint = hourlyOf({ service: 'ec2', type: 'vpc-endpoint' }).usd ?? 0;

  test('a NAT gateway adds about half of the rest', () => {
    expect(sum(['aws_nat_gateway']) / rest).toBeGreaterThan(0.4);
    expect(sum(['aws_nat_gateway']) / rest).toBeLessThan(0.6);
  });

  test('one in each of two zones, or endpoints for ECR (two), SQS, logs and secrets there, add more than the rest', () => {
    expect(sum(['aws_nat_gateway', 'aws_nat_gateway'])).toBeGreaterThan(rest);
    expect(2 * 5 * endpoint).toBeGreaterThan(rest);
  });
});
