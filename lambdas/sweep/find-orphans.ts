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
  /** The value is for messages. */
  about: Omit<About, 'environment'>;
  listRecords(): Promise<{ records: EnvironmentRecord[] }>;
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /** Sweeps every service. The sweep changes nothing. */
  sweep(record: EnvironmentRecord): Promise<Finding[]>;
  /**
   * Returns the resources in Terraform's states, see `managedResources`. The result is undefined when there is no
   * state.
   */
  known(record: EnvironmentRecord): Promise<ReadonlySet<string> | undefined>;
  /**
   * Reads the tags now, from the resource's own service. The result is undefined when the resource is gone, or when
   * nobody here can read its tags.
   */
  tags(finding: Finding, record: EnvironmentRecord): Promise<Tags | undefined>;
  readReport(record: EnvironmentRecord): Promise<OrphanReport | undefined>;
  writeReport(record: EnvironmentRecord, report: OrphanReport): Promise<void>;
  publish(message: Message): Promise<void>;
  remainingMs(): number;
  now(): number;
}

export interface OrphansResult {
  looked: string[];
  /** These environments were not searched, and `why` says why. */
  skipped: { environment: string; why: string }[];
  orphans: number;
}

/** A search of one environment takes less. The other environments wait for the next hour. */
const RESERVE_MS = 300_000;

/**
 * Finds orphaned resources: they have the tags of a live environment, are not in its Terraform state, and were not
 * created by an AWS service on its behalf. The function deletes nothing. Operators are notified once of each resource
 * that two consecutive searches have seen.
 * @throws {DependencyError} after every environment had its turn, when one could not be searched or its operators could
 * not be notified
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
  // The environment that has waited longest is first.
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
      // The report is also written when nobody could be notified, so that this environment is not the first again.
      await ports.writeReport(record, report);
      result.looked.push(environment);
      result.orphans += report.orphans.length;
    });
  }
  if (failures.length > 0) throw failureOf(failures);
  return result;
}

/** Notifies operators, and records the resources of the message as reported. */
async function tell(record: EnvironmentRecord, report: OrphanReport, ports: OrphanPorts): Promise<void> {
  const news = <T extends Orphan | Unread>(list: readonly T[]) =>
    list.filter(({ since, told }) => !told && since !== report.at);
  const [orphans, unread] = [news(report.orphans), news(report.unread)];
  if (orphans.length + unread.length === 0) return;
  await ports.publish(orphaned(ports.about, record, orphans, unread));
  for (const one of [...orphans, ...unread]) one.told = true;
}

/** Returns a fault of the runbook itself as it is, and describes all others in one sentence. */
function failureOf(failures: readonly { environment: string; error: unknown }[]): unknown {
  const ours = failures.find(({ error }) => isOurs(error));
  if (ours) return ours.error;
  const each = failures.map(({ environment, error }) => `${environment}: ${describeError(error)}`);
  return new DependencyError(`the look for orphaned resources failed: ${each.join('; ')}`);
}

/** What an execution creates is in no state yet, so a search counts only if no execution has worked in the meantime. */
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
    // The state is read after the sweep, so that it contains what was created in the meantime.
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

/**
 * A service or a schedule starts these tasks, and replaces or starts them again. A task that somebody has run by itself
 * ends when its process does, or never.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
 */
const STARTED_BY_AWS = /, started by (service:|ecs-svc\/|events-rule\/|chronos-schedule\/|AWS Step Functions)/;
/**
 * A deployment registers task definitions. The network interfaces below are deleted by RDS, ECS and others together with
 * the resource that they serve.
 */
const GOES_WITH =
  /, (ELB |RDSNetworkInterface|arn:[a-z-]+:ecs:|Interface for NAT|VPC Endpoint|AWS Lambda VPC ENI|EFS )/;

/**
 * With these tags, a service names the resource for which it has created another one, and deletes both together. A tag
 * counts only where the state has what its value names: the group of a killed build replaces its instances, and nobody
 * deletes the group. Every other tag of AWS's own names the origin, such as `aws:ec2launchtemplate:id`, and nobody
 * deletes the resource.
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
/**
 * Only the service can delete such a secret:
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html
 */
const OWNED = 'aws:secretsmanager:owningService';
/** The tag is on a backup, and on what is restored from it. AWS Backup deletes the backup when its lifecycle ends. */
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

/**
 * Returns whether an AWS service created the resource for another one of the environment, and deletes both together.
 */
async function madeByAws(
  one: Finding,
  record: EnvironmentRecord,
  known: ReadonlySet<string>,
  ports: OrphanPorts,
): Promise<'made' | { unread: string } | undefined> {
  const kind = `${one.service} ${one.type}`;
  if (kind === 'ecs task-definition' || (kind === 'ecs task' && STARTED_BY_AWS.test(one.reason))) return 'made';
  if (one.type === 'network-interface' && GOES_WITH.test(one.reason)) return 'made';
  // RDS keeps the backup of a database that exists, and names its own snapshots and secrets in this way.
  if (one.type.endsWith('automated-backup') && one.reason !== 'retained') return 'made';
  if (/^rds[:!]/.test(one.id)) return 'made';
  // The state has the volume as a part of its instance.
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
