import type { AwsRequest, AwsResponse } from '../../../lab/service.ts';
import type { Page, Pager } from './pager.ts';
import type { Kind, Thing } from './population.ts';

type Params = Record<string, unknown>;
type Operation = (params: Params, pager: Pager) => string | undefined;

const ACCOUNT = '123456789012';
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const element = (name: string, value: string | undefined) =>
  value === undefined ? '' : `<${name}>${escaped(value)}</${name}>`;

/** Reads `Filter.1.Name`, `Filter.1.Value.1`, … of EC2. */
function filtersOf(params: Params): { name: string; values: string[] }[] {
  const filters: { name: string; values: string[] }[] = [];
  for (let n = 1; params[`Filter.${n}.Name`] !== undefined; n += 1) {
    const values: string[] = [];
    for (let v = 1; params[`Filter.${n}.Value.${v}`] !== undefined; v += 1)
      values.push(String(params[`Filter.${n}.Value.${v}`]));
    filters.push({ name: String(params[`Filter.${n}.Name`]), values });
  }
  return filters;
}

/** Reads EC2's wildcards: `*` and `?`. */
function wild(pattern: string): RegExp {
  const literal = pattern.replaceAll(/[.+^${}()|[\]\\/]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function matcher(params: Params): (one: Thing) => boolean {
  const rules = filtersOf(params).map(({ name, values }) => ({ name, patterns: values.map(wild) }));
  return (one) =>
    rules.every(({ name, patterns }) => {
      const value = valueFor(name, one);
      return value !== undefined && patterns.some((pattern) => pattern.test(value));
    });
}

function valueFor(filter: string, { id, name, tags, vpc }: Thing): string | undefined {
  if (filter === 'tag:Name' || filter === 'group-name') return name;
  if (filter.startsWith('tag:')) return tags?.[filter.slice('tag:'.length)];
  if (filter.endsWith('vpc-id') && filter !== 'vpc-id') return vpc;
  if (filter === 'vpc-id') return id.startsWith('vpc-') ? id : vpc;
  return id;
}

const tagSet = ({ name, tags }: Thing, set = 'tagSet') => {
  const all = { ...(name ? { Name: name } : {}), ...tags };
  return `<${set}>${Object.entries(all)
    .map(([key, value]) => `<item>${element('key', key)}${element('value', value)}</item>`)
    .join('')}</${set}>`;
};

/** Returns an EC2 list, by kind, set, the element of the id, and the other elements of an item. */
function ec2(
  kind: Kind,
  set: string,
  idElement: string,
  more: (one: Thing) => string = () => '',
  tags = 'tagSet',
): Operation {
  return (params, pager) => {
    // The interfaces of load balancers and databases, and those that AWS creates, have no name.
    const item = (one: Thing) =>
      `<item>${element(idElement, one.id)}${idElement === 'vpcId' ? '' : element('vpcId', one.vpc)}${tagSet(one, tags)}${more(one)}</item>`;
    const ids = params['VpcEndpointId.1'];
    if (ids !== undefined)
      return `<${set}>${pager
        .all(kind, ({ id }) => id === ids)
        .map(item)
        .join('')}</${set}>`;
    // EC2 answers in pages only when the request asks for them.
    const { items, next } = params.MaxResults
      ? pager.select(kind, Number(params.MaxResults), params.NextToken, matcher(params))
      : { items: pager.all(kind, matcher(params)), next: undefined };
    const body = items.map(item).join('');
    const whole = kind === 'instance' ? `<item><instancesSet>${body}</instancesSet></item>` : body;
    return `<${set}>${items.length ? whole : ''}</${set}>${element('nextToken', next)}`;
  };
}

const state = () => '<state>available</state>';

interface List {
  kind: Kind;
  /** `set` is the element around all, and `each` the one around each. */
  set: string;
  each: string;
  item(one: Thing): string;
  /** The parameter asks for one thing. */
  byId: string;
  notFound: string;
  size: string;
  token: string;
  next: string;
}

function listed({ kind, set, each, item, byId, notFound, size, token, next }: List): Operation {
  return (params, pager) => {
    const id = params[byId];
    const wrap = (items: Thing[]) =>
      `<${set}>${items.map((one) => `<${each}>${item(one)}</${each}>`).join('')}</${set}>`;
    if (id !== undefined) {
      const one = pager.population.get(kind, nameIn(String(id)));
      if (!one) throw new NotFound(notFound);
      return wrap([one]);
    }
    const page: Page = pager.list(kind, Number(params[size] ?? 100), params[token]);
    const truncated =
      next === 'Marker' && size === 'MaxItems' ? element('IsTruncated', String(page.next !== undefined)) : '';
    return wrap(page.items) + truncated + element(next, page.next);
  };
}

/** Returns the name in an ARN of a load balancer or a target group; a name is returned as it is. */
const nameIn = (id: string) =>
  id.includes('loadbalancer/') || id.includes('targetgroup/') ? (id.split('/').at(-2) ?? id) : id;

class NotFound extends Error {}

const elbArn = (path: string, id: string) =>
  `arn:aws:elasticloadbalancing:eu-west-1:${ACCOUNT}:${path}/${id}/0123456789abcdef`;
const elb = (kind: Kind, name: string, path: string, notFound: string) =>
  listed({
    kind,
    set: `${name}s`,
    each: 'member',
    item: ({ id }) => element(`${name}Name`, id) + element(`${name}Arn`, elbArn(path, id)),
    byId: `${name}Arns.member.1`,
    notFound,
    size: 'PageSize',
    token: 'Marker',
    next: 'NextMarker',
  });

const rds = (kind: Kind, name: string, idElement: string, more: (one: Thing) => string = () => '') =>
  listed({
    kind,
    set: `${name}s`,
    each: name,
    item: (one) => element(idElement, one.id) + more(one),
    byId: idElement,
    notFound: `${name}NotFound`,
    size: 'MaxRecords',
    token: 'Marker',
    next: 'Marker',
  });

const named = (path: string, name: string, id: string) =>
  element(name, id) + element('Arn', `arn:aws:iam::${ACCOUNT}:${path}/${id}`);
const iam = (kind: Kind, set: string, name: string, path: string) =>
  listed({
    kind,
    set,
    each: 'member',
    item: ({ id }) => named(path, name, id),
    byId: 'never',
    notFound: 'NoSuchEntity',
    size: 'MaxItems',
    token: 'Marker',
    next: 'Marker',
  });

/** Returns one thing by its name, or by an ARN that ends in it. */
const one =
  (kind: Kind, param: string, notFound: string, render: (id: string) => string): Operation =>
  (params, pager) => {
    const id = String(params[param]).split(/[/:]/).at(-1) ?? '';
    if (!pager.population.get(kind, id)) throw new NotFound(notFound);
    return render(id);
  };

const topicArn = (id: string) => `arn:aws:sns:eu-west-1:${ACCOUNT}:${id}`;

/** The account has nothing of these kinds. The values are the elements of the lists. */
const none = (lists: Record<string, string>): Record<string, Operation> =>
  Object.fromEntries(Object.entries(lists).map(([operation, set]) => [operation, () => `<${set}></${set}>`]));

export const QUERY_OPERATIONS: Record<string, Record<string, Operation>> = {
  ec2: {
    DescribeTags: () => '<tagSet></tagSet>',
    ...none({
      DescribeCustomerGateways: 'customerGatewaySet',
      DescribeDhcpOptions: 'dhcpOptionsSet',
      DescribeEgressOnlyInternetGateways: 'egressOnlyInternetGatewaySet',
      DescribeFlowLogs: 'flowLogSet',
      DescribeImages: 'imagesSet',
      DescribeLaunchTemplates: 'launchTemplates',
      DescribeNetworkAcls: 'networkAclSet',
      DescribeTransitGatewayAttachments: 'transitGatewayAttachments',
      DescribeTransitGatewayRouteTables: 'transitGatewayRouteTables',
      DescribeTransitGateways: 'transitGatewaySet',
      DescribeVpcPeeringConnections: 'vpcPeeringConnectionSet',
      DescribeVpnConnections: 'vpnConnectionSet',
      DescribeVpnGateways: 'vpnGatewaySet',
    }),
    DescribeVpcs: ec2('vpc', 'vpcSet', 'vpcId', state),
    DescribeSubnets: ec2('subnet', 'subnetSet', 'subnetId', state),
    DescribeSecurityGroups: ec2('security-group', 'securityGroupInfo', 'groupId', (g) => element('groupName', g.name)),
    DescribeInternetGateways: ec2('internet-gateway', 'internetGatewaySet', 'internetGatewayId'),
    DescribeRouteTables: ec2('route-table', 'routeTableSet', 'routeTableId'),
    DescribeNatGateways: ec2('nat-gateway', 'natGatewaySet', 'natGatewayId', state),
    DescribeAddresses: ec2('elastic-ip', 'addressesSet', 'allocationId'),
    DescribeNetworkInterfaces: ec2('network-interface', 'networkInterfaceSet', 'networkInterfaceId', () =>
      element('status', 'in-use'),
    ),
    DescribeVpcEndpoints: ec2('vpc-endpoint', 'vpcEndpointSet', 'vpcEndpointId', state),
    DescribeInstances: ec2(
      'instance',
      'reservationSet',
      'instanceId',
      () => '<instanceState><name>running</name></instanceState>',
    ),
    DescribeVolumes: ec2('volume', 'volumeSet', 'volumeId', () => '<status>available</status><size>8</size>'),
    DescribeSnapshots: ec2('snapshot', 'snapshotSet', 'snapshotId', () => '<status>completed</status>'),
  },
  elasticloadbalancing: {
    DescribeTags: (params) =>
      `<TagDescriptions><member>${element('ResourceArn', String(params['ResourceArns.member.1']))}<Tags></Tags></member></TagDescriptions>`,
    DescribeLoadBalancers: elb('load-balancer', 'LoadBalancer', 'loadbalancer/app', 'LoadBalancerNotFound'),
    DescribeTargetGroups: elb('target-group', 'TargetGroup', 'targetgroup', 'TargetGroupNotFound'),
  },
  rds: {
    ListTagsForResource: () => '<TagList></TagList>',
    ...none({
      DescribeDBClusterParameterGroups: 'DBClusterParameterGroups',
      DescribeDBProxies: 'DBProxies',
      DescribeOptionGroups: 'OptionGroupsList',
    }),
    DescribeDBInstances: rds('db-instance', 'DBInstance', 'DBInstanceIdentifier', () =>
      element('DBInstanceStatus', 'available'),
    ),
    DescribeDBClusters: rds('db-cluster', 'DBCluster', 'DBClusterIdentifier'),
    DescribeDBSnapshots: (params, pager) =>
      // AWS Backup has created none.
      params.SnapshotType === 'awsbackup' ? '<DBSnapshots></DBSnapshots>' : dbSnapshots(params, pager),
    DescribeDBClusterSnapshots: rds('db-cluster-snapshot', 'DBClusterSnapshot', 'DBClusterSnapshotIdentifier'),
    DescribeDBInstanceAutomatedBackups: rds(
      'automated-backup',
      'DBInstanceAutomatedBackup',
      'DBInstanceIdentifier',
      () => element('Status', 'retained') + element('TagList', ''),
    ),
    DescribeDBClusterAutomatedBackups: rds(
      'cluster-automated-backup',
      'DBClusterAutomatedBackup',
      'DBClusterIdentifier',
      () => element('Status', 'retained') + element('TagList', ''),
    ),
    DescribeDBSubnetGroups: rds('subnet-group', 'DBSubnetGroup', 'DBSubnetGroupName'),
    DescribeDBParameterGroups: rds('parameter-group', 'DBParameterGroup', 'DBParameterGroupName'),
  },
  sts: {
    GetCallerIdentity: () =>
      element('Account', ACCOUNT) +
      element('UserId', 'operator') +
      element('Arn', `arn:aws:iam::${ACCOUNT}:user/operator`),
  },
  iam: {
    ...Object.fromEntries(
      ['Role', 'Policy', 'InstanceProfile'].map((of) => [
        `List${of}Tags`,
        () => '<Tags></Tags><IsTruncated>false</IsTruncated>',
      ]),
    ),
    ListAccountAliases: () =>
      '<AccountAliases><member>crowded</member></AccountAliases><IsTruncated>false</IsTruncated>',
    ListUsers: () => '<Users></Users><IsTruncated>false</IsTruncated>',
    ListRoles: iam('role', 'Roles', 'RoleName', 'role'),
    ListPolicies: iam('policy', 'Policies', 'PolicyName', 'policy'),
    ListInstanceProfiles: iam('instance-profile', 'InstanceProfiles', 'InstanceProfileName', 'instance-profile'),
    GetRole: one('role', 'RoleName', 'NoSuchEntity', (id) => `<Role>${named('role', 'RoleName', id)}</Role>`),
    GetPolicy: one(
      'policy',
      'PolicyArn',
      'NoSuchEntity',
      (id) => `<Policy>${named('policy', 'PolicyName', id)}</Policy>`,
    ),
    GetInstanceProfile: one(
      'instance-profile',
      'InstanceProfileName',
      'NoSuchEntity',
      (id) => `<InstanceProfile>${named('instance-profile', 'InstanceProfileName', id)}</InstanceProfile>`,
    ),
  },
  sns: {
    ListTagsForResource: () => '<Tags></Tags>',
    ListTopics: listed({
      ...{ kind: 'topic', set: 'Topics', each: 'member', byId: 'never', notFound: 'NotFound' },
      ...{ size: 'never', token: 'NextToken', next: 'NextToken' },
      item: ({ id }) => element('TopicArn', topicArn(id)),
    }),
    GetTopicAttributes: one(
      'topic',
      'TopicArn',
      'NotFound',
      (id) => `<Attributes><entry>${element('key', 'TopicArn')}${element('value', topicArn(id))}</entry></Attributes>`,
    ),
  },
};

const dbSnapshots = rds(
  'db-snapshot',
  'DBSnapshot',
  'DBSnapshotIdentifier',
  (s) => element('DBInstanceIdentifier', s.of) + element('Status', 'available'),
);

export function queryAnswer({ service, action = '', params }: AwsRequest, pager: Pager): AwsResponse {
  const headers = { 'content-type': 'text/xml' };
  const operation = QUERY_OPERATIONS[service]?.[action];
  if (!operation) throw new Error(`${service} ${action} is not played here`);
  try {
    const body = operation(params, pager);
    const result = service === 'ec2' ? body : `<${action}Result>${body}</${action}Result>`;
    return { status: 200, headers, body: `<${action}Response>${result}</${action}Response>` };
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    const code = `<Code>${error.message}</Code><Message>not found</Message>`;
    return {
      status: service === 'sns' || service === 'rds' ? 404 : 400,
      headers,
      body: `<ErrorResponse><Error><Type>Sender</Type>${code}</Error></ErrorResponse>`,
    };
  }
}
