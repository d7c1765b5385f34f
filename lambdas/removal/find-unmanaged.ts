import type { Finding } from '../contracts/contracts.ts';
import type { RemoveUnmanagedEvent, UnmanagedReport } from '../contracts/payloads/removal.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { awsFailure, describeError } from '../runtime/aws-errors.ts';
import { isOurs } from '../runtime/errors.ts';
import { reasonForeignNetwork } from './foreign-networks.ts';
import { reasonForeignProfile } from './foreign-profiles.ts';
import { describeReference, type GroupReference, sortReferences } from './references.ts';
import type { UnmanagedPorts } from './removal-ports.ts';
import { keyOf, named, ruleOf } from './unmanaged-report.ts';
import { inOrder, type RemovalScope, reasonNotOwned, type UnmanagedKind, whyItHolds } from './unmanaged-rules.ts';

interface Removable {
  resource: Finding;
  kind: UnmanagedKind;
}

export interface Found {
  /** The resources must be removed in this order. */
  unmanaged: Removable[];
  kept: UnmanagedReport['kept'];
  /** The names are those of the resources in Terraform's state. */
  known: ReadonlySet<string>;
  revocable: GroupReference[];
}

/**
 * Returns everything that exists and is in no state: what may be removed, in the necessary order, and what has to stay.
 */
export async function findUnmanaged(
  request: PreflightRequest,
  phase: RemoveUnmanagedEvent['phase'],
  scope: RemovalScope,
  ports: UnmanagedPorts,
): Promise<Found> {
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
    // The bucket and the table have steps of their own. They are removed here only if those steps have left them
    // behind.
    const isBackend = resource.id === request.names.stateBucket || resource.id === request.names.lockTable;
    const holds = phase === 'stack' ? whyItHolds(resource) : undefined;
    if (holds !== undefined) keep(holds);
    if (phase === 'stack' && (isBackend || kind?.byproduct)) continue;
    if (!kind) keep('it goes with what it belongs to, or is not for this runbook to remove');
    else {
      const reason = await reasonToKeep({ resource, kind }, own, scope, ports);
      if (reason === GONE) continue;
      if (reason === undefined) unmanaged.push({ resource, kind });
      else keep(reason);
    }
  }
  return { unmanaged, kept, known, revocable };
}

/** The resource does not exist any more. */
export const GONE = Symbol('gone');

/** Says why a resource must stay, by its tags as they are now. The function returns undefined where it may be removed. */
export async function reasonToKeep(
  { resource, kind }: Removable,
  own: { environment: string; project: string },
  scope: RemovalScope,
  ports: UnmanagedPorts,
): Promise<string | typeof GONE | undefined> {
  const tags = await readTags(resource, ports.tags, scope);
  if (tags === undefined) return GONE;
  if (typeof tags === 'string') return tags;
  return (
    reasonNotOwned(resource, kind, tags, own) ??
    (await reasonForeignNetwork(resource, kind, own, ports)) ??
    (await reasonForeignProfile(resource, kind, own, scope, ports))
  );
}

/** @returns the tags, or, as text, why they could not be read. The resource stays then */
async function readTags(resource: Finding, read: UnmanagedPorts['tags'], scope: RemovalScope) {
  try {
    return await read(resource, scope);
  } catch (error) {
    if (awsFailure(error) === 'transient' || isOurs(error)) throw error;
    return `its tags could not be read: ${describeError(error)}`;
  }
}
