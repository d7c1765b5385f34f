import type { Finding } from '../contracts/contracts.ts';
import {
  type RemoveUnmanagedEvent,
  type RemoveUnmanagedResult,
  type UnmanagedReport,
  unmanagedReport,
} from '../contracts/payloads/removal.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { DependencyError } from '../runtime/errors.ts';
import type { StoredText } from '../sweep/take-inventory.ts';
import type { GroupReference } from './references.ts';

/** This module has the report of a run's removals, and the result that is derived from it. */

/** Step Functions carries the result in a state of 256 KiB. The report in S3 has all resources. */
const CARRIED = 50;

export const keyOf = ({ service, type, id }: Pick<Finding, 'service' | 'type' | 'id'>) => `${service} ${type} ${id}`;

/** @throws {DependencyError} when the report exists and cannot be read: the removals must not be forgotten */
export function parseReport(stored: StoredText): UnmanagedReport | undefined {
  if (stored.kind !== 'found') return undefined;
  try {
    return unmanagedReport.parse(JSON.parse(stored.text));
  } catch {
    throw new DependencyError('the report of what was removed is malformed');
  }
}

/**
 * Returns a new report. It keeps the removals for the whole life, and what an attempt waits for only for one series of
 * attempts.
 */
export function startReport(
  { request, phase, attempt }: RemoveUnmanagedEvent,
  earlier: UnmanagedReport | undefined,
): UnmanagedReport {
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

/**
 * Returns a rule as a resource. A rule without an id is named by its group. No other rule of that group about the same
 * group is kept.
 */
export function ruleOf({ rule, group, names }: GroupReference) {
  return { service: 'ec2', type: 'security-group-rule', id: `${rule ? `${rule} of ` : ''}${group} naming ${names}` };
}

export function named({ service, type, id, arn }: Finding) {
  return { service, type, id, ...(arn ? { arn } : {}) };
}

type Named = Pick<Finding, 'service' | 'type' | 'id' | 'arn'>;

export function resultOf(
  { mode = 'destroy', keys }: PreflightRequest,
  report: UnmanagedReport,
  planned: readonly Named[],
): RemoveUnmanagedResult {
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

export function names(list: readonly Pick<Finding, 'type' | 'id' | 'arn'>[]): string {
  const some = list.slice(0, NAMED).map(({ type, id, arn }) => `${type} ${arn ?? id}`);
  return `${some.join(', ')}${list.length > NAMED ? ` and ${list.length - NAMED} more` : ''}`;
}
