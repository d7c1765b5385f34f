import { PLANTED } from '../../support/crowded-account/planted.ts';
import { aRecord, PREFIX } from '../../unit/lambdas/support/fixtures.ts';
import type { Cell } from './cells.ts';
import type { Endpoint } from './endpoint.ts';
import { RemovalAccount, type World } from './removal-account.ts';
import { attempt, cellsOf, FOREIGN, OWN, subjectOf, type Try, untouched } from './removals.ts';

const queue: Omit<Try, 'world'> = {
  ...{ service: 'sqs', type: 'queue', source: 'name' },
  known: { type: 'queue', id: `${PREFIX}-order-events` },
};
const group: Omit<Try, 'world'> = {
  ...{ service: 'ec2', type: 'security-group', source: 'name' },
  known: { type: 'security-group', id: 'sg-0a11' },
};
const stateOf = (...resources: [type: string, id: string][]) => ({
  ...{ version: 4, terraform_version: '1.9.0', serial: 1, lineage: 'l' },
  resources: resources.map(([type, id]) => ({
    ...{ mode: 'managed', type, name: 'it', provider: 'provider["registry.terraform.io/hashicorp/aws"]' },
    instances: [{ attributes: { id } }],
  })),
});
const VPC = PLANTED.vpc?.[0]?.id ?? '';
const grouped = (rule: Record<string, string>, vpcTags: Record<string, string>): World => ({
  ...{ subject: subjectOf('security-group'), tags: OWN, rule, vpcTags },
  also: { vpc: [{ id: VPC, name: PREFIX, tags: vpcTags }] },
  state: stateOf(['aws_security_group', 'sg-0a11'], ['aws_vpc', VPC]),
});
/** The record's VPC has another environment's tags, and the inventory has a VPC with this id. */
const inVpc = (id: string): World => ({
  ...{ subject: subjectOf('queue'), tags: OWN, vpcTags: FOREIGN },
  inventory: [{ service: 'ec2', type: 'aws_vpc', name: 'main', id }],
});
/** The state has two groups, of which one has a rule that names the other. */
const mutual = (ownRule: Record<string, string>, ...rules: [type: string, id: string][]): World => ({
  ...{ subject: subjectOf('security-group'), tags: OWN, ownRule },
  also: { 'security-group': [{ id: 'sg-0b22', name: `${PREFIX}-two`, vpc: VPC, tags: OWN }] },
  state: stateOf(['aws_security_group', 'sg-0a11'], ['aws_security_group', 'sg-0b22'], ...rules),
});
const LOG_GROUP = `/aws/lambda/${PREFIX}-x-fn`;
const logGroup: Omit<Try, 'world'> = {
  ...{ service: 'logs', type: 'log-group', source: 'name' },
  known: { type: 'log-group', id: LOG_GROUP },
};
const claimed: World = {
  ...{ subject: { kind: 'log-group', thing: { id: LOG_GROUP, name: LOG_GROUP } }, tags: {} },
  inventory: [{ service: 'cloudcontrol', type: 'aws_lambda_function', name: 'fn', id: `${PREFIX}-x-fn` }],
  records: [aRecord({ environment: 'odd', lockTable: `${PREFIX}-x-tflock` })],
};

const managed = (service: Try['service'], type: string, id: string): [Try, World] => {
  const world: World = { subject: subjectOf(type), tags: OWN };
  return [{ service, type, source: 'name', known: { type, id }, world: { ...world, managed: true } }, world];
};

/** The resource serves a VPC of another environment. */
const serving = (type: 'internet-gateway' | 'route-table'): [Try, World] => {
  const { thing } = subjectOf(type);
  const world = { subject: subjectOf(type), tags: OWN, vpcTags: FOREIGN };
  return [
    { service: 'ec2', type, source: 'name', known: { type, id: thing.id }, world },
    { ...world, vpcTags: OWN },
  ];
};

/** Each row has a guard that prevents a removal, and the world in which it would not. */
const GUARDS: readonly [name: string, one: Try, open: World][] = [
  [
    'the account is another',
    { ...queue, world: { subject: subjectOf('queue'), tags: OWN, account: '999999999999' } },
    { subject: subjectOf('queue'), tags: OWN },
  ],
  [
    'the VPC is another environment’s',
    { ...queue, world: { subject: subjectOf('queue'), tags: OWN, vpcTags: FOREIGN }, record: aRecord() },
    { subject: subjectOf('queue'), tags: OWN, vpcTags: OWN },
  ],
  [
    'the inventory has the VPC, which is another environment’s',
    { ...queue, world: inVpc('vpc-1'), record: aRecord() },
    inVpc('vpc-2'),
  ],
  [
    'Terraform’s state knows it',
    { ...queue, world: { subject: subjectOf('queue'), tags: OWN, state: stateOf(['aws_sqs_queue', queue.known.id]) } },
    { subject: subjectOf('queue'), tags: OWN },
  ],
  ['another’s record claims its name', { ...logGroup, world: claimed }, { ...claimed, records: [] }],
  ['the default group is another’s', { ...group, world: grouped(FOREIGN, OWN) }, grouped({}, OWN)],
  ['the group with the rule is another’s', { ...group, world: mutual(FOREIGN) }, mutual(OWN)],
  [
    'Terraform’s state knows the rule',
    {
      ...group,
      world: mutual(
        OWN,
        ['aws_vpc_security_group_ingress_rule', 'sgr-1'],
        ['aws_vpc_security_group_egress_rule', 'sgr-2'],
      ),
    },
    mutual(OWN),
  ],
  ['RDS manages the secret', ...managed('secretsmanager', 'secret', 'own')],
  ['a service manages the interface', ...managed('ec2', 'network-interface', 'eni-0a11')],
  ['the gateway serves the VPC of others', ...serving('internet-gateway')],
  ['the route table serves the VPC of others', ...serving('route-table')],
  ['the VPC of the default group is another’s', { ...group, world: grouped({}, FOREIGN) }, grouped({}, OWN)],
];

/** Each guard alone prevents a removal. */
export const guards = GUARDS.map(([name, one, open]) => ({ name, one, open }));

/** @returns the changes of the account */
export async function changesOf(one: Try, world: World, endpoint: Endpoint): Promise<readonly string[]> {
  const account = new RemovalAccount(world);
  endpoint.play = (asked) => account.answer(asked);
  await attempt(one, 0).catch(() => {});
  return account.changes;
}

export async function guardedCells(endpoint: Endpoint): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const { name, one, open } of guards) {
    // The world without the guard determines the calls whose answer matters. No answer is late.
    cells.push(...(await cellsOf(name, [one], { other: () => open, earlier: undefined }, endpoint, untouched)));
  }
  return cells;
}
