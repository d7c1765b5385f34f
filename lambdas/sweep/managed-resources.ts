import type { SweepService } from '../contracts/sweep-request.ts';
import { parseState } from '../plan/terraform-state.ts';
import { PART, type Sweeper } from './sweep-service.ts';
import type { StoredText } from './take-inventory.ts';

/**
 * Returns the resources of a state as the sweeps name them, `<service> <type> <id>`, and each ARN. The result is empty
 * without a state.
 * @param sweeper returns undefined for a service that is not swept here
 * @throws {DependencyError} when there is a state that cannot be read: its resources must not count as unmanaged
 */
export async function managedResources(
  stored: StoredText,
  sweeper: (service: SweepService) => Promise<Pick<Sweeper, 'fromInventory'>> | undefined,
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  if (stored.kind !== 'found') return known;
  for (const item of parseState(stored.text).items) {
    if (item.arn) known.add(item.arn);
    const service = item.service as SweepService;
    const candidate = (await sweeper(service))?.fromInventory(item);
    if (candidate && candidate !== PART) known.add(`${service} ${candidate.type} ${candidate.id}`);
  }
  return known;
}
