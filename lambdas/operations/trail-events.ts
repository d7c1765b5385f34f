/** One call, as CloudTrail has it. */
export interface TrailEvent {
  /** `CreateQueue` */
  name: string;
  /** `sqs`: what stands before `.amazonaws.com`. */
  source: string;
  /** To the second. */
  time: string;
  region: string;
  /** ARN of the role whose session made the call; absent for calls of users and of services. */
  role?: string | undefined;
  session?: string | undefined;
  readOnly: boolean;
  failed: boolean;
  request: unknown;
  response: unknown;
}

/** What a call made: by its ARN, by what a sweeper calls it, or, where nothing knows its kind, in words. */
export type Created =
  | { how: 'arn'; arn: string }
  | { how: 'named'; service: 'ec2' | 'application-autoscaling'; type: string; id: string }
  | { how: 'words'; id: string };

/** Most `Start` calls change what exists already; some start a job that leaves data behind. */
const CREATES =
  /^(?:Admin|Batch)?(?:Allocate|Clone|Copy|Create|Enable|Import|Issue|Launch|Provision|Publish|Purchase|Put|Register|Request|Restore|Run|Start(?=\w*(?:Backup|Copy|Export|Import|Replication|Restore|Snapshot))|Subscribe|Upload)/;
const REMOVES =
  /^(?:Admin|Batch)?(?:Cancel|Delete|Deregister|Destroy|Disable|Release|Remove|Revoke|Stop|Terminate|Unsubscribe)/;
const VERSION = /(?:20\d\d_?\d\d_?\d\d)(?:v\d+)?$/;

/**
 * What leaves nothing behind: tags and grants, log streams, which go with their group, images, which go with their repository, data, and the role that a service
 * makes for itself once an account.
 */
const LEAVES_NOTHING =
  /Tags?(?:ForResource)?$|^Create(?:Grant|LogStream|ServiceLinkedRole|Session)$|^Put(?:Events|Image|Item|LogEvents|MetricData|Object|Records?|ScalingPolicy)$/;

/** A copy of data outlives what it was made from, and so is never a part of it. */
const OUTLIVES = /^Create.*(?:Snapshot|Backup|Image|Copy|Export|Archive)|^(?:Copy|Import|Restore|Start)/;
/** The same call changes what exists already, so that it does not prove who made it. */
const MAY_CHANGE = /^(?:Admin|Batch)?(?:Enable|Put|Register|Upload)/;

/** `CreateDistributionWithTags2020_05_31` makes a distribution. */
const plain = (name: string) => name.replace(VERSION, '').replace(/WithTags$/, '');
const singular = (thing: string) => thing.toLowerCase().replace(/s$/, '');

/** `CreateFunction20150331` → `Function`. */
export function thingOf(name: string): string {
  return plain(name).replace(CREATES, '').replace(REMOVES, '');
}

export function creates({ name, readOnly, failed }: TrailEvent): boolean {
  return !readOnly && !failed && CREATES.test(plain(name)) && !LEAVES_NOTHING.test(plain(name));
}

/** Under such a key a call says what it is about. */
const NAMES_SOMETHING = /(?:id|name|arn|identifier)$/;

/** Times are of a second, in which a replacement may remove first: that proves nothing. */
export function removes(event: TrailEvent, made: TrailEvent, names: readonly string[]): boolean {
  return event.time > made.time && mayRemove(event, made, names);
}

/**
 * Whether the call may have removed what the other one made: it is of the same kind, in the same region, names it, and names
 * nothing else around it than the other call did.
 */
export function mayRemove(event: TrailEvent, made: TrailEvent, names: readonly string[]): boolean {
  const { name, source, region, readOnly, failed, time } = event;
  if (readOnly || failed || source !== made.source || region !== made.region) return false;
  if (time < made.time || !REMOVES.test(plain(name))) return false;
  if (singular(thingOf(name)) !== singular(thingOf(made.name))) return false;
  const isNamed = (text: string) =>
    names.some((one) => text === one || text.endsWith(`/${one}`) || text.endsWith(`:${one}`));
  const texts = textsIn(event.request);
  const before = Map.groupBy(textsIn(made.request), ([key]) => key);
  const contradicts = ([key, text]: [string, string]) =>
    NAMES_SOMETHING.test(key) && !isNamed(text) && before.get(key)?.every(([, other]) => other !== text) === true;
  return texts.some(([, text]) => isNamed(text)) && !texts.some(contradicts);
}

/** Tells calls apart that made things of one name: in two regions, or in two parents. */
export function placeOf({ region, request }: TrailEvent): string {
  const around = textsIn(request).filter(([key]) => NAMES_SOMETHING.test(key));
  return [region, ...around.map(([key, text]) => `${key}=${text}`)].join(' ');
}

/** The calls of that name remove what the event made. */
export function removerOf({ name }: TrailEvent): string {
  return `Delete${thingOf(name)}`;
}

export const mayChange = ({ name }: TrailEvent) => MAY_CHANGE.test(name) && !name.startsWith('RegisterTaskDefinition');
export const outlives = ({ name }: TrailEvent) => OUTLIVES.test(plain(name));

/** Every text in a part of an event, with its key, the outermost first. */
export function textsIn(value: unknown): [key: string, text: string][] {
  const found: [string, string][] = [];
  let level: [string, unknown][] = [['', value]];
  while (level.length > 0) {
    const next: [string, unknown][] = [];
    for (const [key, one] of level) {
      if (typeof one === 'string') found.push([key.toLowerCase(), one]);
      else if (Array.isArray(one)) next.push(...one.map((item): [string, unknown] => [key, item]));
      else if (typeof one === 'object' && one !== null) next.push(...Object.entries(one));
    }
    level = next;
  }
  return found;
}

/** What a call made. Never empty: what cannot be identified is said in words. */
export function createdBy(event: TrailEvent, accountId: string): Created[] {
  const thing = thingOf(event.name);
  const arns = newArns(event, thing);
  if (arns.length > 0) return arns.map((arn) => ({ how: 'arn', arn }));
  const known = event.source === 'ec2' ? inEc2(event, thing) : byName(event, thing, accountId);
  return known.length > 0 ? known : [{ how: 'words', id: inWords(event) }];
}

/** ARNs of the response under the name of what was made, the outermost; no ARN that the request has already. */
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

/** Under which key EC2 answers with the id where it is not the name of the kind. */
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
  /** Of the request or the response. */
  key: string;
  /** What an ARN has behind its service, `REGION:ACCOUNT:` being filled in. */
  arn: (name: string) => string;
}

const regional = (service: string, before: string) => (name: string) => `${service}:REGION:ACCOUNT:${before}${name}`;

/** Kinds whose calls answer without an ARN. */
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

/** Texts under a key that names what was made: `<thing>Id`, `<thing>Name`, or, less surely, `id` and `name`. */
export function ownNames({ name, request, response }: TrailEvent): string[] {
  const own = thingOf(name).toLowerCase();
  const all = [...textsIn(response), ...textsIn(request)];
  const under = (...keys: string[]) => all.filter(([key]) => keys.includes(key)).map(([, text]) => text);
  return [...new Set([...under(`${own}id`, `${own}name`), ...under('name', 'identifier', 'uuid', 'id')])];
}

/** What a person would look for; nothing of it has to be understood. */
function inWords(event: TrailEvent): string {
  const [best] = ownNames(event);
  if (best) return best;
  const some = textsIn(event.request).filter(([, text]) => text.length <= 128);
  return (
    some
      .slice(0, 3)
      .map(([key, text]) => `${key} ${text}`)
      .join(', ') || 'without a name'
  );
}
