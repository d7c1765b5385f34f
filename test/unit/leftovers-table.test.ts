import { expect, test } from 'vitest';
import { loadRemover, REMOVER_SERVICES } from '../../lambdas/aws/removers.ts';
import { loadSweeper } from '../../lambdas/aws/sweepers.ts';
import { CONFIRMED_TYPES, serviceOf } from '../../lambdas/plan/terraform-types.ts';
import { COMMANDED } from '../../lambdas/sweep/removal-commands.ts';
import { sweepOfArn } from '../../lambdas/sweep/sweep-of-arn.ts';
import { PART } from '../../lambdas/sweep/sweep-service.ts';
import { SWEPT_KINDS, type SweptKind } from '../support/leftovers/kinds.ts';
import { leftoversTable } from '../support/leftovers/table.ts';

test('docs/leftovers.md is what the code says: npm run docs:leftovers writes it again', async () => {
  await expect(await leftoversTable(), 'npm run docs:leftovers writes the file again').toMatchFileSnapshot(
    '../../docs/leftovers.md',
  );
});

const keyOf = ({ service, type }: Pick<SweptKind, 'service' | 'type'>) => `${service} ${type}`;

test('every kind that a sweep can find, and every kind that a teardown removes, has a row', async () => {
  expect(SWEPT_KINDS.map(keyOf).sort()).toEqual([...COMMANDED].sort());
  for (const service of REMOVER_SERVICES)
    for (const type of Object.keys((await loadRemover(service)) ?? {}))
      expect(COMMANDED).toContain(`${service} ${type}`);
});

const ARN_SERVICES: Partial<Record<SweptKind['service'], string>> = {
  elbv2: 'elasticloadbalancing',
};
/** The ARN of a bucket has neither region nor account. */
const arnOf = ({ service, arn = '' }: SweptKind) =>
  service === 's3'
    ? `arn:aws:s3:::${arn}`
    : `arn:aws:${ARN_SERVICES[service] ?? service}:eu-west-1:123456789012:${arn}`;

test.each(SWEPT_KINDS.filter(({ arn }) => arn))('the tags of $service $type lead to it', async (one) => {
  expect(sweepOfArn(arnOf(one), 'eu-west-1')).toBe(one.service);
  const found = (await loadSweeper(one.service)).fromArn(arnOf(one));
  expect(found === PART ? found : found?.type).toBe(one.type);
});

const inState = SWEPT_KINDS.flatMap((one) => one.terraform.map((type) => ({ ...one, terraformType: type })));
test.each(inState)('the state’s $terraformType leads to $service $type', async (one) => {
  expect(serviceOf(one.terraformType)).toBe(one.service);
  const id = one.service === 'ec2' ? (one.arn ?? '').replace('any/', '') : 'x';
  const item = { service: one.service, type: one.terraformType, name: 'it', id };
  const found = (await loadSweeper(one.service)).fromInventory(one.arn ? { ...item, arn: arnOf(one) } : item);
  expect(found === PART ? found : found?.type).toBe(one.type);
});

/** These types have no row. Their ids, or their ARNs, are those of a kind that has one. */
const BESIDE: Record<string, { id: string; arn?: string }> = {
  aws_ami_copy: { id: 'ami-0123abcd' },
  aws_ami_from_instance: { id: 'ami-0123abcd' },
  aws_ebs_snapshot_copy: { id: 'snap-0123abcd' },
  aws_ebs_snapshot_import: { id: 'snap-0123abcd' },
  aws_ec2_transit_gateway_connect: { id: 'tgw-attach-0123abcd' },
  aws_ec2_transit_gateway_peering_attachment: { id: 'tgw-attach-0123abcd' },
  aws_ec2_transit_gateway_peering_attachment_accepter: { id: 'tgw-attach-0123abcd' },
  aws_ec2_transit_gateway_vpc_attachment_accepter: { id: 'tgw-attach-0123abcd' },
  aws_eip_domain_name: { id: 'eipalloc-0123abcd' },
  aws_iam_service_linked_role: { id: 'x', arn: 'arn:aws:iam::123456789012:role/aws-service-role/x/y' },
  aws_kms_external_key: { id: 'x', arn: 'arn:aws:kms:eu-west-1:123456789012:key/x' },
  aws_kms_replica_external_key: { id: 'x', arn: 'arn:aws:kms:eu-west-1:123456789012:key/x' },
  aws_kms_replica_key: { id: 'x', arn: 'arn:aws:kms:eu-west-1:123456789012:key/x' },
  aws_vpc_peering_connection_accepter: { id: 'pcx-0123abcd' },
};

test('a plan calls those types confirmed that a sweeper of their service asks for', async () => {
  const rows = SWEPT_KINDS.flatMap(({ terraform }) => terraform);
  expect([...CONFIRMED_TYPES].sort()).toEqual([...new Set([...rows, ...Object.keys(BESIDE)])].sort());
  for (const [type, known] of Object.entries(BESIDE)) {
    const service = serviceOf(type);
    const found = (await loadSweeper(service)).fromInventory({ service, type, name: 'x', ...known });
    expect(found, type).toMatchObject({ id: expect.any(String) });
  }
});
