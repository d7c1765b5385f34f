import type { Finding } from '../contracts/contracts.ts';
import {
  type InventoryItem,
  type RemoveUnmanagedEvent,
  type RemoveUnmanagedResult,
  type UnmanagedReport,
  unmanagedReport,
} from '../contracts/payloads.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { awsFailure, describeError } from '../runtime/aws-errors.ts';
import { instantOf } from '../runtime/clock.ts';
import { DependencyError, isOurs, NoProgressError, NotReadyError, SafetyError } from '../runtime/errors.ts';
import { isTagged } from '../sweep/attribute.ts';
import { requireTags } from '../sweep/require-tags.ts';
import { isShared } from '../sweep/shared-vpc.ts';
import type { StoredText } from '../sweep/take-inventory.ts';
import { type Own, type ReadUsers, withBlockers } from './blockers.ts';
import { reasonForeignNetwork } from './foreign-networks.ts';
import { obstacleTo } from './obstacles.ts';
import { describeReference, type GroupReference, type ReferencePorts, sortReferences } from './references.ts';
import {
  inOrder,
  type RemovalScope,
  reasonNotOwned,
  type Tags,
  type UnmanagedKind,
  whyItHolds,
} from './unmanaged-rules.ts';

export interface UnmanagedPorts extends ReferencePorts {
  /** What a sweep of every service finds. */
  sweep(): Promise<Finding[]>;
  /** What Terraform's state knows at this moment, see `managedResources`. */
  known(): Promise<ReadonlySet<string>>;
  /** Everything that was listed before the destroy; empty when nothing was. */
  inventory(): Promise<InventoryItem[]>;
  /** Undefined for a type that nobody here can remove. */
  kind(service: string, type: string): Promise<UnmanagedKind | undefined>;
  /** Read now, from its own service; undefined when it is gone. */
  tags(resource: Finding, scope: RemovalScope): Promise<Tags | undefined>;
  account(): Promise<string>;
  /** Who uses something that AWS refuses to delete. */
  users: ReadUsers;
  revoke(rule: GroupReference): Promise<void>;
  /** Throws when the environment is not this execution's own any more. */
  confirm(): Promise<void>;
  readReport(): Promise<UnmanagedReport | undefined>;
  writeReport(report: UnmanagedReport): Promise<void>;
  project: string;
  region: string;
  allowedAccounts: readonly string[];
  allowedRegions: readonly string[];
  maxDeletions: number;
  remainingMs(): number;
  now(): number;
}

/** A pass takes far less; what remains is for another invocation. */
const RESERVE_MS = 60_000;
/** Attempts, ten seconds apart, that may pass without any change: AWS takes its time to let go of network interfaces. */
export const PATIENCE = 90;
/** The same for what a service of AWS manages: it goes soon after what it is for, or not at all. */
export const PATIENCE_MANAGED = 12;
/** Step Functions carries the result in a state of 256 KiB; the report in S3 has them all. */
const CARRIED = 50;

export const keyOf = ({ service, type, id }: Pick<Finding, 'service' | 'type' | 'id'>) => `${service} ${type} ${id}`;

/**
 * Removes what belongs to the environment and is not in Terraform's state, pass by pass for as long as each removes
 * something new. A plan goes the same way and stops before the first removal.
 * @throws {SafetyError} in a foreign account or region, for a VPC that the inventory lists and that is another
 *   environment's by its tags, or for more
 *   removals than the ceiling allows: nothing is removed, nor is anything destroyed after that
 * @throws {NotReadyError} while removals take their time, to be called again
 * @throws {NoProgressError} when nothing has moved for long, with what stands in the way of each
 */
export async function removeUnmanaged(
  event: RemoveUnmanagedEvent,
  ports: UnmanagedPorts,
): Promise<RemoveUnmanagedResult> {
  const { request, phase, attempt } = event;
  await requireAllowed(request, ports);
  await requireOwnVpc(request, ports);
  const { region, accountId } = request;
  const scope = { partition: request.execution.id.split(':')[1] ?? 'aws', region, accountId };
  const report = await currentReport(event, ports);
  const waited = attempt - report.lastProgress;
  for (;;) {
    const { unmanaged, kept, known, revocable } = await lookAround(request, phase, scope, ports);
    report.kept = kept;
    const before = new Set(report.removed.filter((one) => one.execution === request.execution.id).map(keyOf));
    const fresh = unmanaged.filter(({ resource }) => !before.has(keyOf(resource)));
    if (before.size + fresh.length > ports.maxDeletions) {
      throw new SafetyError(
        `${before.size + fresh.length} resources of ${request.environment} are in no Terraform state, more than MAX_DELETIONS=${ports.maxDeletions} allows to be removed: ${names(unmanaged.map(({ resource }) => resource))}`,
      );
    }
    if (request.mode === 'plan')
      return resultOf(request, report, [...revocable.map(ruleOf), ...unmanaged.map(({ resource }) => resource)]);
    await revokeAll(revocable, report, ports);
    if (unmanaged.length === 0) {
      await ports.writeReport(report);
      return resultOf(request, report, []);
    }

    const blocked: { resource: Finding; why: string }[] = [];
    const going: Finding[] = [];
    const staying = new Set<string>();
    const own: Own = {
      ...{ environment: request.environment, project: ports.project, prefix: request.names.prefix },
      leaving: new Set([...known, ...unmanaged.flatMap(({ resource }) => [resource.id, resource.arn ?? resource.id])]),
      staying: new Set<string>(),
    };
    let progress = false;
    for (const { resource, kind } of unmanaged) {
      await ports.confirm();
      const obstacle = await withBlockers(
        await obstacleTo(() => kind.remove(resource, scope)),
        resource,
        own,
        ports.users,
      );
      if (obstacle?.kind === 'stays' || (obstacle?.kind === 'managed' && waited >= PATIENCE_MANAGED)) {
        // Nothing that happens here changes that: it is reported, and the rest goes on without it.
        report.kept.push({ ...named(resource), reason: obstacle.why });
        staying.add(keyOf(resource));
        // The last parts of an ARN are what others call it by.
        for (const name of [resource.id, ...resource.id.split(/[:/]/).slice(-2)]) own.staying.add(name);
        continue;
      }
      if (obstacle) blocked.push({ resource, why: obstacle.why });
      if (before.has(keyOf(resource))) going.push(resource);
      else if (obstacle === undefined) {
        const at = instantOf(ports.now());
        report.removed.push({ ...named(resource), at, execution: request.execution.id });
        progress = true;
      }
    }
    const still = new Set(unmanaged.map(({ resource }) => keyOf(resource)).filter((key) => !staying.has(key)));
    if (progress || report.left.some((key) => !still.has(key))) report.lastProgress = attempt;
    report.left = [...still];
    report.blocked = blocked.map(({ resource, why }) => `${resource.type} ${resource.arn ?? resource.id}: ${why}`);
    await ports.writeReport(report);
    if (progress && ports.remainingMs() > RESERVE_MS) continue;
    if (still.size === 0) return resultOf(request, report, []);
    const patience = staying.size > 0 ? PATIENCE_MANAGED : PATIENCE;
    const isStuck = going.length === 0 && attempt - report.lastProgress >= patience;
    if (isStuck && (phase === 'stack' || staying.size > 0)) {
      // The destroy may well free it; and what hangs on something that stays is not waited for.
      report.kept.push(...blocked.map(({ resource, why }) => ({ ...named(resource), reason: why })));
      await ports.writeReport(report);
      return resultOf(request, report, []);
    }

    const message = [
      ...(going.length > 0 ? [`on its way out: ${names(going)}`] : []),
      ...report.blocked,
      ...(report.kept.length > 0
        ? [`left alone: ${report.kept.map((one) => `${one.type} ${one.id}: ${one.reason}`).join(', ')}`]
        : []),
    ].join('; ');
    if (isStuck) {
      throw new NoProgressError(`nothing of ${request.environment} could be removed any more: ${message}`);
    }
    throw new NotReadyError(message || 'more may follow');
  }
}

async function revokeAll(
  rules: readonly GroupReference[],
  report: UnmanagedReport,
  ports: UnmanagedPorts,
): Promise<void> {
  for (const rule of rules) {
    await ports.confirm();
    const refused = await obstacleTo(() => ports.revoke(rule));
    const one = ruleOf(rule);
    if (refused) report.kept.push({ ...one, reason: refused.why });
    else if (!report.removed.some(({ id, execution }) => id === one.id && execution === report.execution)) {
      report.removed.push({ ...one, at: instantOf(ports.now()), execution: report.execution });
    }
  }
}

async function requireAllowed({ accountId, region }: PreflightRequest, ports: UnmanagedPorts): Promise<void> {
  const account = await ports.account();
  if (account !== accountId || !ports.allowedAccounts.includes(account)) {
    throw new SafetyError(`account ${account} is not allowed here: nothing is removed (ALLOWED_ACCOUNTS)`);
  }
  if (ports.region !== region || !ports.allowedRegions.includes(region)) {
    throw new SafetyError(`region ${ports.region} is not allowed here: nothing is removed (ALLOWED_REGIONS)`);
  }
}

async function requireOwnVpc({ environment, record }: PreflightRequest, ports: UnmanagedPorts): Promise<void> {
  const vpc = record && record.status !== 'GONE' ? record.outputs?.vpc_id : undefined;
  if (!vpc) return;
  const own = { environment, project: ports.project };
  const tags = await ports.resourceTags(vpc);
  if (Object.keys(tags).length === 0 || isTagged(tags, own)) return;
  if (!isShared(vpc, await ports.inventory())) requireTags(vpc, tags, own);
}

/** @throws {DependencyError} when the report is there and cannot be read: what was removed must not be forgotten */
export function parseReport(stored: StoredText): UnmanagedReport | undefined {
  if (stored.kind !== 'found') return undefined;
  try {
    return unmanagedReport.parse(JSON.parse(stored.text));
  } catch {
    throw new DependencyError('the report of what was removed is malformed');
  }
}

/** What was removed stays on record for the whole life; what was waited for, only for one series of attempts. */
async function currentReport(
  { request, phase, attempt }: RemoveUnmanagedEvent,
  ports: UnmanagedPorts,
): Promise<UnmanagedReport> {
  const earlier = await ports.readReport();
  const { id } = request.execution;
  const goesOn = attempt > 0 && earlier?.execution === id && earlier.phase === phase;
  return {
    execution: id,
    phase,
    removed: earlier?.removed ?? [],
    kept: [],
    blocked: [],
    left: goesOn ? earlier.left : [],
    lastProgress: goesOn ? earlier.lastProgress : attempt,
  };
}

interface Removable {
  resource: Finding;
  kind: UnmanagedKind;
}

/** Everything that is present and in no state: what may go, in the order in which it must, and what has to stay. */
async function lookAround(
  request: PreflightRequest,
  phase: RemoveUnmanagedEvent['phase'],
  scope: RemovalScope,
  ports: UnmanagedPorts,
): Promise<{
  unmanaged: Removable[];
  kept: UnmanagedReport['kept'];
  known: ReadonlySet<string>;
  revocable: GroupReference[];
}> {
  const found = await ports.sweep();
  const known = await ports.known();
  const present = found.filter(({ status }) => status === 'PRESENT');
  const own = { environment: request.environment, project: ports.project };
  const unmanaged: Removable[] = [];
  const { revocable, foreign } = await sortReferences(found, own, ports);
  const kept: UnmanagedReport['kept'] = foreign.map((rule) => ({
    ...ruleOf(rule),
    reason: describeReference(rule, own),
  }));
  const unknown = present.filter((one) => ![keyOf(one), one.id, one.arn ?? one.id].some((name) => known.has(name)));
  for (const resource of inOrder(unknown)) {
    const keep = (reason: string) => kept.push({ ...named(resource), reason });
    const kind = await ports.kind(resource.service, resource.type);
    // Bucket and table have their own steps; here they go only when those have left them behind.
    const isBackend = resource.id === request.names.stateBucket || resource.id === request.names.lockTable;
    const holds = phase === 'stack' ? whyItHolds(resource) : undefined;
    if (holds !== undefined) keep(holds);
    if (phase === 'stack' && (isBackend || kind?.byproduct)) continue;
    if (!kind) keep('it goes with what it belongs to, or is not for this runbook to remove');
    else {
      const tags = await readTags(resource, ports.tags, scope);
      if (tags === undefined) continue;
      const reason =
        typeof tags === 'string'
          ? tags
          : (reasonNotOwned(resource, kind, tags, own) ?? (await reasonForeignNetwork(resource, kind, own, ports)));
      if (reason === undefined) unmanaged.push({ resource, kind });
      else keep(reason);
    }
  }
  return { unmanaged, kept, known, revocable };
}

/** A rule without an id is named by its group, which has no other rule about the same group that is kept. */
function ruleOf({ rule, group, names }: GroupReference) {
  return { service: 'ec2', type: 'security-group-rule', id: `${rule ? `${rule} of ` : ''}${group} naming ${names}` };
}

/** @returns why its tags could not be read, as text: then it stays */
async function readTags(resource: Finding, read: UnmanagedPorts['tags'], scope: RemovalScope) {
  try {
    return await read(resource, scope);
  } catch (error) {
    if (awsFailure(error) === 'transient' || isOurs(error)) throw error;
    return `its tags could not be read: ${describeError(error)}`;
  }
}

function named({ service, type, id, arn }: Finding) {
  return { service, type, id, ...(arn ? { arn } : {}) };
}

type Named = Pick<Finding, 'service' | 'type' | 'id' | 'arn'>;

function resultOf({ mode = 'destroy', keys }: PreflightRequest, report: UnmanagedReport, planned: readonly Named[]) {
  const removed = report.removed.filter(({ execution }) => execution === report.execution);
  const listed = mode === 'plan' ? planned : removed;
  const said =
    listed.length === 0 ? 'no unmanaged resources' : `${mode === 'plan' ? 'would remove' : 'removed'} ${names(listed)}`;
  const stays = report.kept.length > 0 ? `; left alone: ${names(report.kept)} (${report.kept[0]?.reason})` : '';
  return {
    mode,
    summary: `${said}${stays}`,
    count: listed.length,
    unmanaged: listed
      .slice(0, CARRIED)
      .map(({ service, type, id, arn }) => ({ service, type, id, ...(arn ? { arn } : {}) })),
    kept: report.kept.slice(0, CARRIED),
    key: keys.unmanaged,
  };
}

const NAMED = 10;

function names(list: readonly Pick<Finding, 'type' | 'id' | 'arn'>[]): string {
  const some = list.slice(0, NAMED).map(({ type, id, arn }) => `${type} ${arn ?? id}`);
  return `${some.join(', ')}${list.length > NAMED ? ` and ${list.length - NAMED} more` : ''}`;
}
