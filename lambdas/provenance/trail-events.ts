/** Describes one call, as CloudTrail has it. */
export interface TrailEvent {
  /** The value is the name of an API action, such as `CreateQueue`. */
  name: string;
  /** The value is the part before `.amazonaws.com`, such as `sqs`. */
  source: string;
  /** The time is precise to the second. */
  time: string;
  region: string;
  /**
   * The value is the ARN of the role whose session called, of the user, or of another caller. It is undefined where the
   * event does not have it.
   */
  role?: string | undefined;
  /** The value is undefined where the event does not have it. */
  session?: string | undefined;
  readOnly: boolean;
  failed: boolean;
  request: unknown;
  response: unknown;
}

/**
 * Most `Start` calls change what exists already, and some start a job that leaves data behind. `Associate` and `Attach`
 * connect what other calls created. A connection costs nothing and ends with either side.
 */
const CREATES =
  /^(?:Admin|Batch)?(?:Activate|Add|Allocate|Claim|Clone|Copy|Create|Enable|Import|Issue|Launch|Provision|Publish|Purchase|Put|Register|Replicate|Request|Restore|Run|Start(?=\w*(?:Backup|Copy|Export|Import|Replication|Restore|Snapshot))|Submit|Subscribe|Transfer|Upload)/;
/**
 * `Stop`, `Disable`, `Cancel` and `Revoke` are not in the pattern: what they stop still exists, or leaves a part of its
 * work behind.
 */
const REMOVES = /^(?:Admin|Batch)?(?:Delete|Deregister|Destroy|Release|Remove|Terminate|Unsubscribe)/;
/** A call of one of these names also ends what another call began. */
const ENDS = /^CancelCapacityReservation$/;
const VERSION = /(?:20\d\d_?\d\d_?\d\d)(?:v\d+)?$/;

/**
 * These calls leave nothing behind. They are about tags and permissions, members of something else, the state that an
 * agent of ECS reports, images, which are deleted with their repository, and data.
 */
const LEAVES_NOTHING = [
  /Tags?(?:(?:For|On|To)\w+)?$/,
  /^Add(?:\w*Permission|ListenerCertificates|RoleTo\w+|UserToGroup)$/,
  /^Put(?:Events|Image|Item|LogEvents|MetricData|Object|Records?|ScalingPolicy)$/,
  /^Submit\w+StateChanges?$/,
];
/**
 * These calls leave nothing behind in one service, where another service's call of that name creates something that
 * stays.
 */
const LEAVES_NOTHING_OF: Record<string, string> = {
  iam: 'CreateServiceLinkedRole',
  kms: 'CreateGrant',
  logs: 'CreateLogStream',
  s3: 'CreateSession',
  s3express: 'CreateSession',
};

/** A copy of data outlives its original, and so is never a part of it. */
const OUTLIVES =
  /^Create.*(?:Snapshot|Backup|Image|Copy|Export|Archive)|^(?:Copy|Import|Replicate|Restore|Start|Transfer|Update)/;
/** The same call may change what exists already, so that it does not prove who created it. */
const MAY_CHANGE = /^(?:Admin|Batch)?(?:Activate|Add|Enable|Put|Register|Upload)/;

/**
 * Returns the name of a call without its version and `WithTags`: `CreateDistributionWithTags2020_05_31` creates a
 * distribution.
 */
const plain = (name: string) => name.replace(VERSION, '').replace(/WithTags$/, '');
export const singular = (thing: string) => thing.toLowerCase().replace(/s$/, '');

/** Returns the kind of a call's resource: `CreateFunction20150331` → `Function`. */
export function thingOf(name: string): string {
  return plain(name)
    .replace(CREATES, '')
    .replace(REMOVES, '')
    .replace(/^Cancel/, '');
}

export function creates(event: TrailEvent): boolean {
  const { readOnly, failed, source } = event;
  if (readOnly || failed) return false;
  const name = plain(event.name);
  if (LEAVES_NOTHING_OF[source] === name || LEAVES_NOTHING.some((pattern) => pattern.test(name))) return false;
  return CREATES.test(name) || replicaRegions(event.request).length > 0;
}

/** A call names its resource under such a key. */
const NAMES_SOMETHING = /(?:id|name|arn|identifier)$/;

/**
 * Returns whether a call removed what the other one created. Times are precise to a second, in which a replacement may
 * remove first, so a call in the same second proves nothing.
 */
export function removes(event: TrailEvent, made: TrailEvent, names: readonly string[]): boolean {
  return event.time > made.time && mayRemove(event, made, names);
}

/**
 * Returns whether the call may have removed what the other one created: it is of the same kind, in the same region,
 * names the resource, and names nothing else around it than the other call did.
 */
export function mayRemove(event: TrailEvent, made: TrailEvent, names: readonly string[]): boolean {
  const { name, source, region, readOnly, failed, time } = event;
  if (readOnly || failed || source !== made.source || region !== made.region) return false;
  if (time < made.time || !(REMOVES.test(plain(name)) || ENDS.test(name))) return false;
  if (singular(thingOf(name)) !== singular(thingOf(made.name))) return false;
  // Two resources of the same name have two ARNs.
  const own = names.filter((one) => one.startsWith('arn:'));
  const isNamed = (text: string) =>
    own.length > 0 && text.startsWith('arn:')
      ? own.includes(text)
      : names.some((one) => text === one || text.endsWith(`/${one}`) || text.endsWith(`:${one}`));
  const texts = textsIn(event.request);
  const before = Map.groupBy(textsIn(made.request), ([key]) => key);
  const contradicts = ([key, text]: [string, string]) =>
    NAMES_SOMETHING.test(key) && !isNamed(text) && before.get(key)?.every(([, other]) => other !== text) === true;
  return texts.some(([, text]) => isNamed(text)) && !texts.some(contradicts);
}

/**
 * Returns a text that distinguishes calls that created resources of the same name: in two regions, or in two parents.
 */
export function placeOf({ region, request }: TrailEvent): string {
  const around = textsIn(request).filter(([key]) => NAMES_SOMETHING.test(key));
  return [region, ...around.map(([key, text]) => `${key}=${text}`)].join(' ');
}

const ASSUMES = ['AssumeRole', 'AssumeRoleForPodIdentity', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'];

export const beginsSession = ({ name, failed }: TrailEvent) => !failed && ASSUMES.includes(name);

/** Returns the name of the session. EKS chooses it for its pods, so that only the response has it. */
export function sessionBegun({ request, response }: TrailEvent): string | undefined {
  const asked = textsIn(request).find(([key]) => key === 'rolesessionname')?.[1];
  const arn = textsIn(response).find(([, text]) => text.includes(':assumed-role/'))?.[1];
  return asked ?? arn?.split('/').at(-1);
}

/** Returns the name of the calls that remove what the event created. */
export function removerOf({ name }: TrailEvent): string {
  return `Delete${thingOf(name)}`;
}

export const mayChange = ({ name }: TrailEvent) => MAY_CHANGE.test(name) && !name.startsWith('RegisterTaskDefinition');
export const outlives = ({ name }: TrailEvent) => OUTLIVES.test(plain(name));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Returns the texts of a request or a response about the resource itself, with their keys in lower case. They are at
 * its top, and in an object that is named after the resource or the call, such as `CreateFleetRequest`, `flow` and
 * `tableInput`.
 */
export function fieldsOf(value: unknown, name: string): [key: string, text: string][] {
  if (!isObject(value)) return [];
  const thing = thingOf(name).toLowerCase();
  const wrappers = [
    thing,
    `${thing}input`,
    ...['request', 'response', 'result'].map((end) => plain(name).toLowerCase() + end),
  ];
  return Object.entries(value).flatMap(([key, one]): [string, string][] => {
    if (typeof one === 'string') return [[key.toLowerCase(), one]];
    return wrappers.includes(key.toLowerCase()) ? fieldsOf(one, name) : [];
  });
}

/** Returns every text in a part of an event, with its key, the outermost first. */
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

/** Returns the regions in which the call creates a copy of what it names. */
export function replicaRegions(request: unknown): string[] {
  if (!isObject(request)) return [];
  const { addReplicaRegions, replicaRegion, replicaUpdates } = request;
  const creations = Array.isArray(replicaUpdates) ? replicaUpdates.map((one) => isObject(one) && one.create) : [];
  const texts = textsIn({ addReplicaRegions, replicaRegion, creations });
  return texts.filter(([key]) => /^(?:region|regionname|replicaregion)$/.test(key)).map(([, text]) => text);
}

/**
 * Returns the names that the call has for the resource: `<thing>Id`, `<thing>Name`, or, with less certainty, `id` and
 * `name`.
 */
export function ownNames({ name, request, response }: TrailEvent): string[] {
  return namesIn(name, [...fieldsOf(response, name), ...fieldsOf(request, name)]);
}

export function namesIn(name: string, all: readonly [key: string, text: string][]): string[] {
  const own = thingOf(name).toLowerCase();
  const under = (...keys: string[]) => all.filter(([key]) => keys.includes(key)).map(([, text]) => text);
  return [...new Set([...under(`${own}id`, `${own}name`), ...under('name', 'identifier', 'uuid', 'id')])];
}
