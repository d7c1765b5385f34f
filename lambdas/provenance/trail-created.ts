import {
  fieldsOf,
  namesIn,
  ownNames,
  replicaRegions,
  singular,
  type TrailEvent,
  textsIn,
  thingOf,
} from './trail-events.ts';

/** Describes what a call created: by its ARN, by the sweeper's name for it, or in words where the kind is unknown. */
export type Created =
  | { how: 'arn'; arn: string }
  | { how: 'named'; service: 'ec2' | 'application-autoscaling'; type: string; id: string }
  | { how: 'words'; id: string };

/** Returns what a call created. The list is never empty, since what cannot be identified is described in words. */
export function createdBy(event: TrailEvent, accountId: string): Created[] {
  const replicas = replicasOf(event, accountId);
  // Only the copies are new.
  const own = /^(?:Replicate|Update)/.test(event.name) ? [] : ownOf(event, accountId);
  const created = [...own, ...replicas, ...keptVolumes(event)];
  return created.length > 0 ? created : [{ how: 'words', id: inWords(event) }];
}

/**
 * Returns a text for the volumes that stay when the instances of the call are terminated. Neither the call nor a
 * terminated instance names them.
 */
function keptVolumes({ source, name, request, response }: TrailEvent): Created[] {
  if (source !== 'ec2' || name !== 'RunInstances' || !keeps(request)) return [];
  const ids = new Set(textsIn(response).flatMap(([key, text]) => (key === 'instanceid' ? [text] : [])));
  const instances = ids.size > 0 ? [...ids].join(', ') : 'instances without an id';
  return [{ how: 'words', id: `volumes of ${instances}, with DeleteOnTermination=false` }];
}

/** Returns whether some member `deleteOnTermination` is false, at any depth. */
function keeps(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, one]) =>
    key.toLowerCase() === 'deleteontermination' ? String(one) === 'false' : keeps(one),
  );
}

function ownOf(event: TrailEvent, accountId: string): Created[] {
  const thing = thingOf(event.name);
  const arns = newArns(event, thing);
  if (arns.length > 0) return arns.map((arn) => ({ how: 'arn', arn }));
  const known = event.source === 'ec2' ? inEc2(event, thing) : byName(event, thing, accountId);
  return known.length > 0 ? known : [{ how: 'words', id: inWords(event) }];
}

/** Returns the copies in other regions, which have the name of the original. */
function replicasOf(event: TrailEvent, accountId: string): Created[] {
  const { name, source, region, request, response } = event;
  const regions = replicaRegions(request);
  const table = fieldsOf(request, name).find(([key]) => key === 'tablename')?.[1];
  const known = source === 'dynamodb' && table && `arn:${partitionOf(region)}:dynamodb::${accountId}:table/${table}`;
  const inResponse = textsIn(response).find(
    ([key, text]) => /^(?:table)?arn$/.test(key) && text.split(':')[2] === source,
  );
  const parts = (inResponse?.[1] ?? (known || undefined))?.split(':');
  return regions.map((where) =>
    parts
      ? { how: 'arn', arn: [...parts.slice(0, 3), where, ...parts.slice(4)].join(':') }
      : { how: 'words', id: `${inWords(event)} in ${where}` },
  );
}

/**
 * Returns the ARNs of the response that are named after what was created, the outermost first. ARNs that the request
 * has already are left out.
 */
function newArns({ request, response }: TrailEvent, thing: string): string[] {
  const before = new Set(textsIn(request).map(([, text]) => text));
  const arns = textsIn(response).filter(([, text]) => text.startsWith('arn:') && !before.has(text));
  const named = arns.filter(([key]) => key === `${thing.toLowerCase()}arn` || key === `${singular(thing)}arn`);
  if (named.length > 0) return [...new Set(named.map(([, arn]) => arn))];
  return arns
    .filter(([key]) => key === 'arn')
    .slice(0, 1)
    .map(([, arn]) => arn);
}

/** EC2 returns the id under these keys where the key is not the name of the kind. */
const EC2_KEYS: Record<string, string> = {
  Address: 'allocationId',
  FlowLogs: 'item',
  SecurityGroup: 'groupId',
  TransitGatewayVpcAttachment: 'transitGatewayAttachmentId',
};

function inEc2({ response }: TrailEvent, thing: string): Created[] {
  const key = (EC2_KEYS[thing] ?? `${thing.replace(/s$/, '')}Id`).toLowerCase();
  const ids = textsIn(response).flatMap(([one, text]) =>
    one === key && /^[a-z]+(-[a-z]+)?-[0-9a-f]{8,}$/.test(text) ? [text] : [],
  );
  return [...new Set(ids)].map((id) => ({ how: 'named', service: 'ec2', type: thing, id }));
}

interface Named {
  /** The key is in the request or the response. */
  key: string;
  /** Returns the part of an ARN after the partition. `REGION` and `ACCOUNT` are replaced later. */
  arn: (name: string) => string;
}

const regional = (service: string, before: string) => (name: string) => `${service}:REGION:ACCOUNT:${before}${name}`;

/** The calls for these kinds return no ARN. */
const NAMED: Record<string, Named> = {
  'apigateway Api': { key: 'apiId', arn: (id) => `apigateway:REGION::/apis/${id}` },
  'apigateway RestApi': { key: 'id', arn: (id) => `apigateway:REGION::/restapis/${id}` },
  'autoscaling AutoScalingGroup': {
    key: 'autoScalingGroupName',
    arn: regional('autoscaling', 'autoScalingGroup:-:autoScalingGroupName/'),
  },
  'autoscaling LaunchConfiguration': {
    key: 'launchConfigurationName',
    arn: regional('autoscaling', 'launchConfiguration:-:launchConfigurationName/'),
  },
  'elasticloadbalancing LoadBalancer': {
    key: 'loadBalancerName',
    arn: regional('elasticloadbalancing', 'loadbalancer/'),
  },
  'events Rule': { key: 'name', arn: regional('events', 'rule/') },
  'kms Alias': { key: 'aliasName', arn: regional('kms', '') },
  'lambda EventSourceMapping': { key: 'uUID', arn: regional('lambda', 'event-source-mapping:') },
  'logs LogGroup': { key: 'logGroupName', arn: regional('logs', 'log-group:') },
  'monitoring CompositeAlarm': { key: 'alarmName', arn: regional('cloudwatch', 'alarm:') },
  'monitoring Dashboard': { key: 'dashboardName', arn: (name) => `cloudwatch::ACCOUNT:dashboard/${name}` },
  'monitoring MetricAlarm': { key: 'alarmName', arn: regional('cloudwatch', 'alarm:') },
  's3 Bucket': { key: 'bucketName', arn: (name) => `s3:::${name}` },
  'sqs Queue': { key: 'queueName', arn: regional('sqs', '') },
  'ssm Parameter': { key: 'name', arn: (name) => `ssm:REGION:ACCOUNT:parameter/${name.replace(/^\//, '')}` },
};

function byName(event: TrailEvent, thing: string, accountId: string): Created[] {
  const { source, region, request, response } = event;
  const texts = [...textsIn(response), ...textsIn(request)];
  const find = (key: string) => texts.find(([one]) => one === key.toLowerCase())?.[1];
  if (/autoscaling$/.test(source) && thing === 'ScalableTarget') {
    const id = find('resourceId');
    return id ? [{ how: 'named', service: 'application-autoscaling', type: 'scalable-target', id }] : [];
  }
  const kind = NAMED[`${source} ${thing}`];
  const name = kind && find(kind.key);
  if (!kind || !name) return [];
  const arn = `arn:${partitionOf(region)}:${kind.arn(name)}`.replace('REGION', region).replace('ACCOUNT', accountId);
  return [{ how: 'arn', arn }];
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Returns the text for which a person would search. The code does not interpret it. */
function inWords(event: TrailEvent): string {
  const [best] = [...ownNames(event), ...namesIn(event.name, [...textsIn(event.response), ...textsIn(event.request)])];
  if (best) return best;
  const some = textsIn(event.request).filter(([, text]) => text.length <= 128);
  return (
    some
      .slice(0, 3)
      .map(([key, text]) => `${key} ${text}`)
      .join(', ') || 'without a name'
  );
}

export const idOf = (created: Created) => (created.how === 'arn' ? created.arn : created.id);

/** Returns the names by which a later call may refer to the resource. */
export function namesOf(id: string): string[] {
  if (!id.startsWith('arn:')) return [id];
  const resource = id.split(':').slice(5).join(':');
  return [id, resource, resource.slice(resource.search(/[/:]/) + 1), resource.split(/[/:]/).at(-1) ?? ''].filter(
    Boolean,
  );
}

export function describe({ name, source, time, region, role = '' }: TrailEvent): string {
  return `created by ${source} ${name} at ${time} in ${region}, called by ${role.split('/').at(-1)}`;
}
