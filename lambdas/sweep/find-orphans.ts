import type { Finding } from '../contracts/contracts.ts';
import type { Message } from '../contracts/message.ts';
import type { Orphan, OrphanReport, Unread } from '../contracts/orphans.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { About } from '../notifications/message.ts';
import { orphaned } from '../notifications/orphaned.ts';
import { hourlyOf } from '../plan/prices.ts';
import type { Tags } from '../removal/unmanaged-rules.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { instantOf } from '../runtime/clock.ts';
import { DependencyError, isOurs } from '../runtime/errors.ts';
import { NOT_ATTRIBUTED } from './judge-findings.ts';
import { identityIn } from './sweep-verdict.ts';

export interface OrphanPorts {
  /** For messages. */
  about: Omit<About, 'environment'>;
  listRecords(): Promise<{ records: EnvironmentRecord[] }>;
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /** What a sweep of every service finds. It changes nothing. */
  sweep(record: EnvironmentRecord): Promise<Finding[]>;
  /** What Terraform's states know, see `managedResources`. Undefined when there is none. */
  known(record: EnvironmentRecord): Promise<ReadonlySet<string> | undefined>;
  /** Read now, from its own service; undefined when it is gone, or when nobody here can tell. */
  tags(finding: Finding, record: EnvironmentRecord): Promise<Tags | undefined>;
  readReport(record: EnvironmentRecord): Promise<OrphanReport | undefined>;
  writeReport(record: EnvironmentRecord, report: OrphanReport): Promise<void>;
  publish(message: Message): Promise<void>;
  remainingMs(): number;
  now(): number;
}

export interface OrphansResult {
  looked: string[];
  /** Environments that were not looked at, and why. */
  skipped: { environment: string; why: string }[];
  orphans: number;
}

/** A look takes less; what remains is for the next hour. */
const RESERVE_MS = 300_000;

/**
 * Names what carries the tags of a living environment, is not in its Terraform state, and was not made by an AWS service
 * on its behalf. Deletes nothing. Operators are told once of what two looks in a row have seen.
 * @throws {DependencyError} after every environment had its turn, when one could not be looked at or told
 */
export async function findOrphans(ports: OrphanPorts): Promise<OrphansResult> {
  const result: OrphansResult = { looked: [], skipped: [], orphans: 0 };
  const { records } = await ports.listRecords();
  const living = records.filter(({ status }) => status === 'LIVE' || status === 'FAILED');
  const failures: { environment: string; error: unknown }[] = [];
  const attempt = async <T>({ environment }: EnvironmentRecord, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      failures.push({ environment, error });
      return undefined;
    }
  };
  const reports = await Promise.all(
    living.map((record) => attempt(record, async () => ({ record, earlier: await ports.readReport(record) }))),
  );
  // Whoever waits longest is first.
  const inOrder = reports
    .filter((one) => one !== undefined)
    .sort((one, other) => (one.earlier?.at ?? '').localeCompare(other.earlier?.at ?? ''));
  for (const { record, earlier } of inOrder) {
    const { environment } = record;
    if (ports.remainingMs() < RESERVE_MS) {
      result.skipped.push({ environment, why: 'there was no time left' });
      continue;
    }
    await attempt(record, async () => {
      const report = await observe(record, earlier, ports);
      if (!isSameLife(record, await ports.loadRecord(environment))) {
        result.skipped.push({ environment, why: 'an execution has worked on it meanwhile' });
        return;
      }
      await attempt(record, () => tell(record, report, ports));
      // Also when nobody could be told, so that this environment is not the first again.
      await ports.writeReport(record, report);
      result.looked.push(environment);
      result.orphans += report.orphans.length;
    });
  }
  if (failures.length > 0) throw failureOf(failures);
  return result;
}

/** Marks as told what was told. */
async function tell(record: EnvironmentRecord, report: OrphanReport, ports: OrphanPorts): Promise<void> {
  const news = <T extends Orphan | Unread>(list: readonly T[]) =>
    list.filter(({ since, told }) => !told && since !== report.at);
  const [orphans, unread] = [news(report.orphans), news(report.unread)];
  if (orphans.length + unread.length === 0) return;
  await ports.publish(orphaned(ports.about, record, orphans, unread));
  for (const one of [...orphans, ...unread]) one.told = true;
}

/** A fault of ours as it is; every other in one sentence. */
function failureOf(failures: readonly { environment: string; error: unknown }[]): unknown {
  const ours = failures.find(({ error }) => isOurs(error));
  if (ours) return ours.error;
  const each = failures.map(({ environment, error }) => `${environment}: ${describeError(error)}`);
  return new DependencyError(`the look for orphaned resources failed: ${each.join('; ')}`);
}

/** What an execution makes is in no state yet: the look counts only where none has worked in the meantime. */
function isSameLife(before: EnvironmentRecord, now: EnvironmentRecord | null): boolean {
  const { run, status, fencing, activity } = before;
  return now?.run === run && now.status === status && now.fencing === fencing && now.activity === activity;
}

async function observe(
  record: EnvironmentRecord,
  earlier: OrphanReport | undefined,
  ports: OrphanPorts,
): Promise<OrphanReport> {
  const at = instantOf(ports.now());
  const before = [...(earlier?.orphans ?? []), ...(earlier?.unread ?? [])];
  const { region } = ports.about;
  const identity = identityIn(region);
  const seen = ({ service, type, id, arn }: Pick<Finding, 'service' | 'type' | 'id' | 'arn'>) => {
    const known = before.find((one) => identity(one) === identity({ service, type, id, arn }));
    return { service, type, id, ...(arn ? { arn } : {}), since: known?.since ?? at, told: known?.told ?? false };
  };
  const report: OrphanReport = { at, orphans: [], unread: [] };
  const unread = (one: Pick<Finding, 'service' | 'type' | 'id' | 'arn'>, reason: string) =>
    report.unread.push({ ...seen(one), reason });
  try {
    const found = await ports.sweep(record);
    // Read after the sweep: what was made meanwhile is in it.
    const known = await ports.known(record);
    if (known === undefined && record.status === 'LIVE') throw new Error('Terraform’s state is not there');
    for (const one of found.filter((finding) => !isKnown(finding, record, region, known ?? new Set()))) {
      // What only its name speaks for does not have the tags. Where the tagging API lists them, and the resource's own service
      // does not, one of the two answers is wrong.
      const isNamedOnly = one.source !== 'tag' && one.reason.startsWith(NOT_ATTRIBUTED);
      if (one.status === 'UNKNOWN' && !isNamedOnly) unread(one, one.reason);
      else if (one.status === 'PRESENT' && one.proof === 'tags') {
        const why = await madeByAws(one, record, known ?? new Set(), ports);
        if (why === undefined) report.orphans.push({ ...seen(one), hourly: priceOf(one) });
        else if (why !== 'made') unread(one, why.unread);
      }
    }
  } catch (error) {
    if (isOurs(error)) throw error;
    unread({ service: 'sweep', type: '*', id: '*' }, describeError(error));
  }
  return report;
}

function isKnown(
  one: Finding,
  { stateBucket, lockTable }: EnvironmentRecord,
  home: string,
  known: ReadonlySet<string>,
): boolean {
  // Of another region, its ARN alone says which one it is.
  const place = one.arn?.split(':')[3];
  if (place && place !== home) return known.has(one.arn ?? '');
  // The backend has a state of its own.
  if (one.id === stateBucket || one.id === lockTable) return true;
  return [`${one.service} ${one.type} ${one.id}`, one.id, one.arn ?? one.id].some((name) => known.has(name));
}

/** Started for a service, or registered by a deployment; and what RDS, ECS and others take along with what it is for. */
const MADE_BY_AWS = new Set(['ecs task', 'ecs task-definition']);
const GOES_WITH =
  /, (ELB |RDSNetworkInterface|arn:[a-z-]+:ecs:|Interface for NAT|VPC Endpoint|AWS Lambda VPC ENI|EFS )/;

/**
 * Tags by which a service says for what it has made something, and deletes it with that. A tag counts only where the state
 * knows what its value names: the group of a killed build replaces its instances, and nobody deletes the group. Every other
 * tag of AWS's own says where a thing comes from, such as `aws:ec2launchtemplate:id`, and nobody deletes it.
 */
const MADE_FOR = [
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
  'aws:autoscaling:groupName',
  'aws:ec2:fleet-id',
  'aws:elasticmapreduce:job-flow-id',
  'aws:cloudformation:stack-id',
  'aws:dlm:lifecycle-policy-id',
  'eks:cluster-name',
];
/** Nobody but the service can delete such a secret: https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html */
const OWNED = 'aws:secretsmanager:owningService';
/** On a backup, and on what is restored from it. AWS Backup deletes the backup when its lifecycle ends. */
const BACKED_UP = 'aws:backup:source-resource';

function isMadeFor(one: Finding, tags: Tags, known: ReadonlySet<string>): boolean {
  if (OWNED in tags || (BACKED_UP in tags && one.type.endsWith('snapshot'))) return true;
  const parents = MADE_FOR.flatMap((key) => tags[key] ?? []);
  return parents.some((parent) =>
    [...known].some(
      (name) => name === parent || (/[ /:]/.test(name.at(-parent.length - 1) ?? '') && name.endsWith(parent)),
    ),
  );
}

/** Whether an AWS service made it for something of the environment, and takes it along. */
async function madeByAws(
  one: Finding,
  record: EnvironmentRecord,
  known: ReadonlySet<string>,
  ports: OrphanPorts,
): Promise<'made' | { unread: string } | undefined> {
  if (MADE_BY_AWS.has(`${one.service} ${one.type}`)) return 'made';
  if (one.type === 'network-interface' && GOES_WITH.test(one.reason)) return 'made';
  // RDS keeps the backup of a database that exists, and names snapshots and secrets of its own so.
  if (one.type.endsWith('automated-backup') && one.reason !== 'retained') return 'made';
  if (/^rds[:!]/.test(one.id)) return 'made';
  // The state has it as a part of its instance.
  if (one.type === 'volume' && one.reason.startsWith('in-use')) return 'made';
  try {
    return isMadeFor(one, (await ports.tags(one, record)) ?? {}, known) ? 'made' : undefined;
  } catch (error) {
    if (isOurs(error)) throw error;
    return { unread: `its tags could not be read: ${describeError(error)}` };
  }
}

function priceOf(one: Finding): Orphan['hourly'] {
  const { usd, basis } = hourlyOf(one);
  return { ...(usd === undefined ? {} : { usd }), basis };
}
