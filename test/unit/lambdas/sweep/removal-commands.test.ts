import { describe, expect, test } from 'vitest';
import { removalOf } from '../../../../lambdas/sweep/removal-commands.ts';

const PLACE = { region: 'eu-west-1', accountId: '123456789012' };
const command = (service: string, type: string, id: string, arn?: string) =>
  removalOf({ service, type, id, ...(arn ? { arn } : {}) }, PLACE)?.command;

describe('how to remove what is left', () => {
  test.each([
    [
      'sqs',
      'queue',
      'q',
      'aws sqs delete-queue --queue-url https://sqs.eu-west-1.amazonaws.com/123456789012/q --region eu-west-1',
    ],
    ['ecs', 'service', 'c/s', 'aws ecs delete-service --force --cluster c --service s --region eu-west-1'],
    ['ecs', 'task', 'c/1', 'aws ecs stop-task --cluster c --task 1 --region eu-west-1'],
    ['events', 'rule', 'r', 'aws events delete-rule --name r --region eu-west-1'],
    ['events', 'rule', 'bus/r', 'aws events delete-rule --event-bus-name bus --name r --region eu-west-1'],
    [
      'rds',
      'db-instance',
      'd',
      'aws rds delete-db-instance --skip-final-snapshot --delete-automated-backups --db-instance-identifier d --region eu-west-1',
    ],
    ['logs', 'log-group', '/ecs/x/api', 'aws logs delete-log-group --log-group-name /ecs/x/api --region eu-west-1'],
    ['ec2', 'elastic-ip', 'eipalloc-1', 'aws ec2 release-address --allocation-id eipalloc-1 --region eu-west-1'],
    ['kms', 'alias', 'alias/x', 'aws kms delete-alias --alias-name alias/x --region eu-west-1'],
    [
      'cloudwatch',
      'alarm',
      "it's; rm -rf $HOME",
      `aws cloudwatch delete-alarms --alarm-names 'it'\\''s; rm -rf $HOME' --region eu-west-1`,
    ],
    [
      'secretsmanager',
      'secret',
      'rds!db-1',
      `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id 'rds!db-1' --region eu-west-1`,
    ],
  ])('%s %s %s', (service, type, id, expected) => {
    expect(command(service, type, id)).toBe(expected);
  });

  test.each([
    '["shop-live-latency"]',
    '-live',
    '--endpoint-url=https://x',
    '{"a":1}',
    'file:///tmp/names',
    'https://x',
  ])('has no command for the name %s, which the AWS CLI would not take as it is', (name) => {
    expect(command('cloudwatch', 'alarm', name)).toBeUndefined();
    expect(command('cloudcontrol', 'AWS::SSM::Parameter', name)).toBeUndefined();
  });

  test('has a command for a queue that Cloud Control knows by its address', () => {
    const address = 'https://sqs.us-east-1.amazonaws.com/123456789012/q';
    expect(command('cloudcontrol', 'AWS::SQS::Queue', address)).toContain(`--identifier ${address}`);
  });

  test('takes the ARN where the command wants one', () => {
    expect(command('iam', 'policy', 'arn:aws:iam::1:policy/p')).toContain('--policy-arn arn:aws:iam::1:policy/p');
    expect(command('rds', 'automated-backup', 'ab-1', 'arn:aws:rds:eu-west-1:1:auto-backup:ab-1')).toContain(
      'arn:aws:rds',
    );
    const arn = 'arn:aws:rds:eu-west-1:1:cluster-auto-backup:cab-1';
    expect(command('rds', 'cluster-automated-backup', 'cab-1', arn)).toBe(
      `aws rds delete-db-cluster-automated-backup --db-cluster-resource-id "$(aws rds describe-db-cluster-automated-backups --query "DBClusterAutomatedBackups[?DBClusterAutomatedBackupsArn=='${arn}'].DbClusterResourceId" --output text --region eu-west-1)" --region eu-west-1`,
    );
  });

  test('says what must go first, and nothing of what it does not know', () => {
    expect(removalOf({ service: 'ec2', type: 'vpc', id: 'vpc-1' }, PLACE)?.after).toBe('everything in it');
    expect(removalOf({ service: 'tagging', type: 'resource', id: 'arn:x' }, PLACE)).toBeUndefined();
    const target = { service: 'application-autoscaling', type: 'scalable-target' };
    expect(removalOf({ ...target, id: 'table/shop-dev-orders' }, PLACE)).toBeUndefined();
  });
});
