import { marshall } from '@aws-sdk/util-dynamodb';
import { type AwsRequest, type AwsResponse, json } from '../../../lab/service.ts';
import type { InventoryItem } from '../../../lambdas/contracts/payloads/inventory.ts';
import type { EnvironmentRecord } from '../../../lambdas/contracts/record.ts';
import { CrowdedAccount } from '../../support/crowded-account/account.ts';
import { type Kind, Population, type Thing } from '../../support/crowded-account/population.ts';
import { aRequest } from '../../unit/lambdas/support/fixtures.ts';

/** The resource may be removed. The crowded account plays it. */
export interface Subject {
  kind: Kind | 'ecs-service' | 'ecs-task';
  thing: Thing;
}

export interface World {
  subject: Subject;
  /** The resource's own service has these tags. */
  tags: Record<string, string>;
  inventory?: readonly InventoryItem[];
  /** The tagging API lists these ARNs, however late. */
  tagged?: readonly string[];
  /** The value is Terraform's state. The environment has none without it. */
  state?: object;
  /** The records are those of other environments. */
  records?: readonly EnvironmentRecord[];
  /** A service of AWS manages the resource. */
  managed?: true;
  /** STS names this account. */
  account?: string;
  /** The VPC in the record's outputs has these tags. */
  vpcTags?: Record<string, string>;
  /** The account also has these resources. */
  also?: Partial<Record<Kind, readonly Thing[]>>;
  /** A default group has these tags, and a rule that names the environment's group. */
  rule?: Record<string, string>;
  /** The subject has a rule that names `sg-0b22`. The rule's group has these tags. */
  ownRule?: Record<string, string>;
}

const READS = /^(Describe|Get|List|Lookup|Head)/;
/** These calls remove parts, so that the resource itself can be deleted. */
const PARTS = /^Delete(RolePolicy|PolicyVersion)$/;
const DELETES = /^(Delete|Release|Deregister|StopTask)/;
const { keys, names } = aRequest();

/** Returns the change that a request makes in the account, apart from the product's own table and bucket. */
export function changeIn({ service, action, method, url, params }: AwsRequest): string | undefined {
  if (service === 's3') {
    if (method === 'GET' || method === 'HEAD' || url.pathname.startsWith('/control/')) return undefined;
    return `${method} ${url.pathname}`;
  }
  if (service === 'dynamodb' && params.TableName === 'environments') return undefined;
  return action === undefined || READS.test(action) ? undefined : action;
}

const isDeletion = (request: AwsRequest) => {
  const change = changeIn(request);
  if (change === undefined || PARTS.test(change)) return false;
  return request.service === 's3' ? request.method === 'DELETE' : DELETES.test(change);
};

const xml = (action: string, body: string): AwsResponse => ({
  ...{ status: 200, headers: { 'content-type': 'text/xml', 'x-amz-request-id': 'r' } },
  body: `<${action}Response><${action}Result>${body}</${action}Result></${action}Response>`,
});
const ec2 = (action: string, body: string): AwsResponse => ({
  ...{ status: 200, headers: { 'content-type': 'text/xml' } },
  body: `<${action}Response>${body}</${action}Response>`,
});
const s3 = (body: string, status = 200): AwsResponse => ({
  ...{ status, headers: { 'content-type': 'application/xml', etag: '"1"', 'x-amz-request-id': 'r' } },
  body,
});
const noKey = () => s3('<Error><Code>NoSuchKey</Code><Message>none</Message></Error>', 404);

/** The account has one resource, whose deletion it plays, and the table and the bucket of the product. */
export class RemovalAccount {
  deleted = false;
  /** The account has had these changes, in their order. */
  readonly changes: string[] = [];
  readonly #objects = new Map<string, string>();
  readonly #world: World;
  readonly #full: CrowdedAccount;
  readonly #bare = new CrowdedAccount(new Population(0), {});

  constructor(world: World) {
    this.#world = world;
    const { kind, thing } = world.subject;
    const own = { ...thing, tags: { ...thing.tags, ...world.tags } };
    const population =
      kind === 'ecs-service' || kind === 'ecs-task'
        ? {}
        : { ...world.also, [kind]: [own, ...(world.also?.[kind] ?? [])] };
    this.#full = new CrowdedAccount(new Population(0, population), {});
    if (world.inventory) this.#objects.set(`/control/${keys.inventory}`, JSON.stringify(world.inventory));
    if (world.state) this.#objects.set(`/${names.stateBucket}/${names.stateKey}`, JSON.stringify(world.state));
  }

  answer(request: AwsRequest): AwsResponse {
    const change = changeIn(request);
    if (change !== undefined) {
      this.changes.push(change);
      this.deleted ||= isDeletion(request);
      return accepted(request);
    }
    return this.#product(request) ?? this.#own(request) ?? (this.deleted ? this.#bare : this.#full).answer(request);
  }

  /** Answers for records, state, inventory and report, and for STS and the tagging API. */
  #product({ service, action, method, url, params, body }: AwsRequest): AwsResponse | undefined {
    if (service === 'dynamodb' && params.TableName === 'environments') {
      const items = (this.#world.records ?? []).map((one) => marshall(one, { removeUndefinedValues: true }));
      return action === 'Scan' ? json({ Items: items, Count: items.length, ScannedCount: items.length }) : undefined;
    }
    if (service === 'sts' && this.#world.account)
      return xml('GetCallerIdentity', `<Account>${this.#world.account}</Account><UserId>u</UserId>`);
    if (service === 'tagging') {
      const found = this.deleted ? [] : (this.#world.tagged ?? []);
      return json({ PaginationToken: '', ResourceTagMappingList: found.map((ResourceARN) => ({ ResourceARN })) });
    }
    if (service !== 's3' || url.pathname.split('/').filter(Boolean).length < 2) return undefined;
    if (method === 'PUT') {
      this.#objects.set(url.pathname, body.toString());
      return s3('');
    }
    const stored = this.#objects.get(url.pathname);
    return stored === undefined
      ? noKey()
      : { ...s3(stored), headers: { ...s3('').headers, 'content-type': 'application/json' } };
  }

  /** Answers the calls that only a removal makes. */
  #own(request: AwsRequest): AwsResponse | undefined {
    const { service, action = '', params, url } = request;
    const { thing, kind } = this.#world.subject;
    const tags = Object.entries(this.#world.tags);
    if (service === 's3') {
      if (!url.searchParams.has('tagging') || tags.length === 0) return undefined;
      return s3(`<Tagging><TagSet>${pairs('Tag', tags)}</TagSet></Tagging>`);
    }
    if (action === 'DescribeTags' && service === 'ec2') {
      const ofVpc = String(params['Filter.1.Value.1']).startsWith('vpc-') && this.#world.vpcTags;
      return ec2(action, tagSet(ofVpc ? Object.entries(ofVpc) : tags));
    }
    if (service === 'ec2') return this.#network(action, params);
    if (action === 'DescribeTags') {
      const arn = String(params['ResourceArns.member.1']);
      return xml(
        action,
        `<TagDescriptions><member><ResourceArn>${arn}</ResourceArn><Tags>${pairs('member', tags)}</Tags></member></TagDescriptions>`,
      );
    }
    const answers: Record<string, () => AwsResponse> = {
      'rds ListTagsForResource': () => xml(action, `<TagList>${pairs('Tag', tags)}</TagList>`),
      'sns ListTagsForResource': () => xml(action, `<Tags>${pairs('member', tags)}</Tags>`),
      'iam ListRoleTags': () => xml(action, `<Tags>${pairs('member', tags)}</Tags><IsTruncated>false</IsTruncated>`),
      'iam ListPolicyTags': () => xml(action, `<Tags>${pairs('member', tags)}</Tags><IsTruncated>false</IsTruncated>`),
      'iam ListRolePolicies': () =>
        xml(action, '<PolicyNames><member>inline</member></PolicyNames><IsTruncated>false</IsTruncated>'),
      'iam ListAttachedRolePolicies': () =>
        xml(
          action,
          '<AttachedPolicies><member><PolicyName>a</PolicyName><PolicyArn>arn:aws:iam::aws:policy/a</PolicyArn></member></AttachedPolicies><IsTruncated>false</IsTruncated>',
        ),
      'iam ListInstanceProfilesForRole': () =>
        xml(
          action,
          '<InstanceProfiles><member><InstanceProfileName>host</InstanceProfileName></member></InstanceProfiles><IsTruncated>false</IsTruncated>',
        ),
      'iam ListPolicyVersions': () =>
        xml(
          action,
          '<Versions><member><VersionId>v2</VersionId><IsDefaultVersion>true</IsDefaultVersion></member><member><VersionId>v1</VersionId><IsDefaultVersion>false</IsDefaultVersion></member></Versions><IsTruncated>false</IsTruncated>',
        ),
      'ecs ListTagsForResource': () => json({ tags: tags.map(([key, value]) => ({ key, value })) }),
      'ecr ListTagsForResource': () => json({ tags: keyed(tags) }),
      'logs ListTagsForResource': () => json({ tags: Object.fromEntries(tags) }),
      'events ListTagsForResource': () => json({ Tags: keyed(tags) }),
      'events ListTargetsByRule': () => json({ Targets: [{ Id: 'target', Arn: 'arn:aws:sqs:eu-west-1:1:q' }] }),
      'monitoring ListTagsForResource': () => json({ Tags: keyed(tags) }),
      'application-autoscaling ListTagsForResource': () => json({ Tags: Object.fromEntries(tags) }),
      'dynamodb ListTagsOfResource': () => json({ Tags: keyed(tags) }),
      'sqs ListQueueTags': () => json(tags.length > 0 ? { Tags: Object.fromEntries(tags) } : {}),
    };
    if (this.#world.managed && action === 'DescribeSecret') {
      const answer = this.#full.answer(request);
      return { ...answer, body: JSON.stringify({ ...JSON.parse(String(answer.body)), OwningService: 'rds' }) };
    }
    const known = answers[`${service} ${action}`];
    if (known) return known();
    if (service === 'ecs') return this.#tasks(action, params);
    if (this.deleted) return undefined;
    if (kind === 'scalable-target' && action === 'DescribeScalableTargets') {
      const target = {
        ...{ ServiceNamespace: 'ecs', ResourceId: thing.id, ScalableDimension: 'ecs:service:DesiredCount' },
        ScalableTargetARN: 'arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/1',
      };
      return json({ ScalableTargets: [target] });
    }
    if (kind === 'automated-backup' && action === 'DescribeDBInstanceAutomatedBackups') {
      return xml(
        action,
        `<DBInstanceAutomatedBackups><DBInstanceAutomatedBackup><DBInstanceIdentifier>${thing.id}</DBInstanceIdentifier><DbiResourceId>db-1</DbiResourceId><Status>retained</Status><TagList>${pairs('Tag', tags)}</TagList></DBInstanceAutomatedBackup></DBInstanceAutomatedBackups>`,
      );
    }
    if (kind === 'cluster-automated-backup' && action === 'DescribeDBClusterAutomatedBackups') {
      return xml(
        action,
        `<DBClusterAutomatedBackups><DBClusterAutomatedBackup><DBClusterIdentifier>${thing.id}</DBClusterIdentifier><DbClusterResourceId>cluster-1</DbClusterResourceId><Status>retained</Status><TagList>${pairs('Tag', tags)}</TagList></DBClusterAutomatedBackup></DBClusterAutomatedBackups>`,
      );
    }
    return undefined;
  }

  #network(action: string, params: Record<string, unknown>): AwsResponse | undefined {
    const { thing } = this.#world.subject;
    const filter = String(params['Filter.1.Name'] ?? '');
    if (filter.includes('ip-permission')) return this.#rules(action, filter);
    if (action === 'DescribeSecurityGroupRules') {
      const naming = '<referencedGroupInfo><groupId>sg-0b22</groupId></referencedGroupInfo>';
      const about = this.#world.ownRule ? `<groupId>${thing.id}</groupId>${naming}` : '';
      const rule = (id: string, out: boolean) =>
        `<item><securityGroupRuleId>${id}</securityGroupRuleId>${about}<isEgress>${out}</isEgress></item>`;
      return ec2(action, `<securityGroupRuleSet>${rule('sgr-1', false)}${rule('sgr-2', true)}</securityGroupRuleSet>`);
    }
    if (this.deleted) return undefined;
    if (params['NetworkInterfaceId.1'] !== undefined) {
      return ec2(
        action,
        `<networkInterfaceSet><item><networkInterfaceId>${thing.id}</networkInterfaceId><requesterManaged>${this.#world.managed ?? false}</requesterManaged></item></networkInterfaceSet>`,
      );
    }
    if (params['RouteTableId.1'] !== undefined) {
      return ec2(
        action,
        `<routeTableSet><item><routeTableId>${thing.id}</routeTableId><vpcId>vpc-0a11</vpcId><associationSet><item><routeTableAssociationId>rtbassoc-1</routeTableAssociationId></item></associationSet></item></routeTableSet>`,
      );
    }
    if (params['InternetGatewayId.1'] !== undefined) {
      return ec2(
        action,
        `<internetGatewaySet><item><internetGatewayId>${thing.id}</internetGatewayId><attachmentSet><item><vpcId>vpc-0a11</vpcId><state>available</state></item></attachmentSet></item></internetGatewaySet>`,
      );
    }
    return undefined;
  }

  #rules(action: string, filter: string): AwsResponse {
    const { subject, rule, ownRule } = this.#world;
    const tags = rule ?? ownRule;
    if (!tags || filter.startsWith('egress')) return ec2(action, '<securityGroupInfo></securityGroupInfo>');
    const [group, name, about] = rule
      ? ['sg-0def', 'default', subject.thing.id]
      : [subject.thing.id, subject.thing.name, 'sg-0b22'];
    const names = `<groups><item><groupId>${about}</groupId></item></groups>`;
    return ec2(
      action,
      `<securityGroupInfo><item><groupId>${group}</groupId><groupName>${name}</groupName><vpcId>${subject.thing.vpc}</vpcId>${tagSet(Object.entries(tags))}<ipPermissions><item><ipProtocol>-1</ipProtocol>${names}</item></ipPermissions><ipPermissionsEgress></ipPermissionsEgress></item></securityGroupInfo>`,
    );
  }

  #tasks(action: string, params: Record<string, unknown>): AwsResponse | undefined {
    const { thing, kind } = this.#world.subject;
    const is = (one: Subject['kind']) => kind === one && !this.deleted;
    const cluster = names.cluster;
    const arn = (type: string) => `arn:aws:ecs:eu-west-1:123456789012:${type}/${cluster}/${thing.id}`;
    if (action === 'ListServices') return json({ serviceArns: is('ecs-service') ? [arn('service')] : [] });
    if (action === 'ListTasks')
      return json({ taskArns: is('ecs-task') && params.desiredStatus === 'RUNNING' ? [arn('task')] : [] });
    if (action === 'ListClusters' && kind.startsWith('ecs-'))
      return json({ clusterArns: [`arn:aws:ecs:eu-west-1:123456789012:cluster/${cluster}`] });
    if (action === 'DescribeClusters' && kind.startsWith('ecs-'))
      return json({ clusters: [{ clusterName: cluster, status: 'ACTIVE' }], failures: [] });
    if (action === 'DescribeServices')
      return json(
        is('ecs-service')
          ? { services: [{ serviceName: thing.id, serviceArn: arn('service'), status: 'ACTIVE' }], failures: [] }
          : { services: [], failures: [{ arn: arn('service'), reason: 'MISSING' }] },
      );
    if (action === 'DescribeTasks')
      return json(
        is('ecs-task')
          ? { tasks: [{ taskArn: arn('task'), lastStatus: 'RUNNING' }], failures: [] }
          : { tasks: [], failures: [{ arn: arn('task'), reason: 'MISSING' }] },
      );
    return undefined;
  }
}

const pairs = (element: string, tags: [string, string][]) =>
  tags.map(([key, value]) => `<${element}><Key>${key}</Key><Value>${value}</Value></${element}>`).join('');
const tagSet = (tags: [string, string][]) =>
  `<tagSet>${tags.map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`).join('')}</tagSet>`;
const keyed = (tags: [string, string][]) => tags.map(([Key, Value]) => ({ Key, Value }));

const QUERY = new Set(['rds', 'iam', 'sns', 'elasticloadbalancing']);

function accepted({ service, action = '' }: AwsRequest): AwsResponse {
  if (service === 's3') return { status: 204, headers: { 'x-amz-request-id': 'r' }, body: '' };
  if (service === 'ec2') return ec2(action, '<unsuccessful></unsuccessful><return>true</return>');
  return QUERY.has(service) ? xml(action, '') : json({});
}
