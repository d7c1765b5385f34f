import type { Finding } from '../contracts/contracts.ts';
import type { RemoveUnmanagedEvent, RemoveUnmanagedResult, UnmanagedReport } from '../contracts/payloads/removal.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { instantOf } from '../runtime/clock.ts';
import { NoProgressError, NotReadyError, SafetyError } from '../runtime/errors.ts';
import { isTagged } from '../sweep/attribute.ts';
import { requireTags } from '../sweep/require-tags.ts';
import { isShared } from '../sweep/shared-vpc.ts';
import { type Own, withBlockers } from './blockers.ts';
import { type Found, findUnmanaged, GONE, reasonToKeep } from './find-unmanaged.ts';
import { obstacleTo } from './obstacles.ts';
import type { GroupReference } from './references.ts';
import type { UnmanagedPorts } from './removal-ports.ts';
import { keyOf, named, names, resultOf, ruleOf, startReport } from './unmanaged-report.ts';
import type { RemovalScope } from './unmanaged-rules.ts';

/** A pass takes far less. Another invocation continues with the rest. */
const RESERVE_MS = 60_000;
/**
 * Attempts are ten seconds apart, and this number of them may pass without any change. AWS takes its time to release
 * network interfaces.
 */
export const PATIENCE = 90;
/**
 * This is the same limit for what a service of AWS manages: the service deletes it soon after the resource that it
 * serves, or not at all.
 */
export const PATIENCE_MANAGED = 12;
/** Describes an attempt at the removal: its event, and its report. */
interface Attempt {
  event: RemoveUnmanagedEvent;
  scope: RemovalScope;
  report: UnmanagedReport;
  /** The value counts the attempts before this one that have changed nothing. */
  waited: number;
}

/** Describes what a pass has asked AWS to delete, and with what results. */
interface Pass {
  /** Something was deleted that no earlier pass of this execution has deleted. */
  progress: boolean;
  /** These were deleted by an earlier pass and are still listed. */
  going: Finding[];
  blocked: { resource: Finding; why: string }[];
  /** The keys are those of resources that stay whatever the runbook does. */
  staying: Set<string>;
  /** The keys are those of resources that may still be removed. */
  still: Set<string>;
}

/**
 * Removes the resources that belong to the environment and are not in Terraform's state, pass by pass for as long as
 * each removes something new. A plan takes the same steps and stops before the first removal.
 * @throws {SafetyError} in a foreign account or region, for a VPC in the outputs without the environment's tags, unless
 * the inventory shows that it is shared, and for more removals than the ceiling allows. Nothing more is removed or
 * destroyed after that
 * @throws {NotReadyError} while removals take their time, to be called again
 * @throws {NoProgressError} when nothing has changed for long, with what blocks each resource
 */
export async function removeUnmanaged(
  event: RemoveUnmanagedEvent,
  ports: UnmanagedPorts,
): Promise<RemoveUnmanagedResult> {
  const { request, phase } = event;
  await requireAllowed(request, ports);
  await requireOwnVpc(request, ports);
  const { region, accountId } = request;
  const scope = { partition: request.execution.id.split(':')[1] ?? 'aws', region, accountId };
  const report = startReport(event, await ports.readReport());
  const attempt = { event, scope, report, waited: event.attempt - report.lastProgress };
  for (;;) {
    const found = await findUnmanaged(request, phase, scope, ports);
    report.kept = found.kept;
    const before = new Set(report.removed.filter((one) => one.execution === request.execution.id).map(keyOf));
    requireFew(found, before, event, ports);
    const resources = found.unmanaged.map(({ resource }) => resource);
    if (request.mode === 'plan') return resultOf(request, report, [...found.revocable.map(ruleOf), ...resources]);
    await revokeAll(found.revocable, report, ports);
    if (resources.length === 0) {
      await ports.writeReport(report);
      return resultOf(request, report, []);
    }
    const pass = await removeAll(found, before, attempt, ports);
    await recordPass(pass, attempt, ports);
    if (pass.progress && ports.remainingMs() > RESERVE_MS) continue;
    if (pass.still.size > 0) await requireEnd(pass, attempt, ports);
    return resultOf(request, report, []);
  }
}

/** @throws {SafetyError} for more removals than the ceiling allows */
function requireFew(
  { unmanaged }: Found,
  before: ReadonlySet<string>,
  { request }: RemoveUnmanagedEvent,
  ports: UnmanagedPorts,
): void {
  const resources = unmanaged.map(({ resource }) => resource);
  const count = before.size + resources.filter((resource) => !before.has(keyOf(resource))).length;
  if (count <= ports.maxDeletions) return;
  throw new SafetyError(
    `${count} resources of ${request.environment} are in no Terraform state, more than MAX_DELETIONS=${ports.maxDeletions} allows to be removed: ${names(resources)}`,
  );
}

async function removeAll(
  { unmanaged, known }: Found,
  before: ReadonlySet<string>,
  { event, scope, report, waited }: Attempt,
  ports: UnmanagedPorts,
): Promise<Pass> {
  const { environment, names: own, execution } = event.request;
  const parties: Own = {
    ...{ environment, project: ports.project, prefix: own.prefix },
    leaving: new Set([...known, ...unmanaged.flatMap(({ resource }) => [resource.id, resource.arn ?? resource.id])]),
    staying: new Set<string>(),
  };
  const pass: Pass = { progress: false, going: [], blocked: [], staying: new Set(), still: new Set() };
  for (const { resource, kind } of unmanaged) {
    await ports.confirm();
    // Each removal takes its time. Somebody may have taken the resource over since the list was made.
    const reason = await reasonToKeep({ resource, kind }, parties, scope, ports);
    if (reason === GONE) continue;
    if (reason !== undefined) {
      report.kept.push({ ...named(resource), reason });
      pass.staying.add(keyOf(resource));
      continue;
    }
    const refused = await obstacleTo(() => kind.remove(resource, scope));
    const obstacle = await withBlockers(refused, resource, parties, ports.users);
    if (obstacle?.kind === 'stays' || (obstacle?.kind === 'managed' && waited >= PATIENCE_MANAGED)) {
      // Nothing here can change that. The resource is reported, and the removal of the others continues.
      report.kept.push({ ...named(resource), reason: obstacle.why });
      pass.staying.add(keyOf(resource));
      // Other resources name it by the last parts of its ARN.
      for (const name of [resource.id, ...resource.id.split(/[:/]/).slice(-2)]) parties.staying.add(name);
      continue;
    }
    if (obstacle) pass.blocked.push({ resource, why: obstacle.why });
    if (before.has(keyOf(resource))) pass.going.push(resource);
    else if (obstacle === undefined) {
      report.removed.push({ ...named(resource), at: instantOf(ports.now()), execution: execution.id });
      pass.progress = true;
    }
  }
  pass.still = new Set(unmanaged.map(({ resource }) => keyOf(resource)).filter((key) => !pass.staying.has(key)));
  return pass;
}

async function recordPass(
  { progress, blocked, still }: Pass,
  { event, report }: Attempt,
  ports: UnmanagedPorts,
): Promise<void> {
  if (progress || report.left.some((key) => !still.has(key))) report.lastProgress = event.attempt;
  report.left = [...still];
  report.blocked = blocked.map(({ resource, why }) => `${resource.type} ${resource.arn ?? resource.id}: ${why}`);
  await ports.writeReport(report);
}

/**
 * Ends the attempts if this one is the last. Blocked resources then remain, and the destroy may remove what blocks them.
 * @throws {NotReadyError} when another attempt may help
 * @throws {NoProgressError} when nothing more can be removed after the destroy
 */
async function requireEnd(
  { going, blocked, staying }: Pass,
  { event, report }: Attempt,
  ports: UnmanagedPorts,
): Promise<void> {
  const patience = staying.size > 0 ? PATIENCE_MANAGED : PATIENCE;
  const isStuck = going.length === 0 && event.attempt - report.lastProgress >= patience;
  if (isStuck && (event.phase === 'stack' || staying.size > 0)) {
    // The removal does not wait for what depends on a resource that stays.
    report.kept.push(...blocked.map(({ resource, why }) => ({ ...named(resource), reason: why })));
    await ports.writeReport(report);
    return;
  }
  const message = [
    ...(going.length > 0 ? [`on its way out: ${names(going)}`] : []),
    ...report.blocked,
    ...(report.kept.length > 0
      ? [`left alone: ${report.kept.map((one) => `${one.type} ${one.id}: ${one.reason}`).join(', ')}`]
      : []),
  ].join('; ');
  if (isStuck) {
    throw new NoProgressError(`nothing of ${event.request.environment} could be removed any more: ${message}`);
  }
  throw new NotReadyError(message || 'more may follow');
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
