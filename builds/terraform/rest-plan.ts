import { configured, withoutIndices } from './configuration.ts';
import { type Change, changed, isSame, MOST, type ShownPlan } from './shown-plan.ts';

const isReplacement = (actions: readonly string[]) => isSame([...actions].sort(), ['create', 'delete']);
const makes = ({ change: { actions } }: Change) => actions.includes('create') || actions.includes('update');

/**
 * What the plan of what is left does that the stored plan did not: to each address the same is allowed, or what is left of that,
 * the creation after the deletion, the deletion of what a replacement has left behind. What failed while the stored plan made it
 * is tainted, and may be made anew. A destroy only deletes. What the configuration sets has the value that the stored plan showed: a
 * data source may answer otherwise by now, and nobody has approved that.
 */
export function moreThan(planned: ShownPlan, rest: ShownPlan, destroys: boolean): string[] {
  const before = Map.groupBy(changed(planned), ({ address }) => address);
  const configuration = configured(planned);
  const all = changed(rest).flatMap((left) => {
    const known = before.get(left.address) ?? [];
    const { address, change } = left;
    if (isPartOf(known, left, destroys)) {
      const set = configuration.get(withoutIndices(address))?.set ?? [];
      const others = otherValues(known, left, set);
      return others.length > 0 ? [`${address} (${others.join(', ')}: not as it was planned)`] : [];
    }
    const was = known.map((one) => one.change.actions.join(', ')).join('; ') || 'nothing';
    const now = change.actions.join(', ');
    return [`${address} (${was} was planned, now ${now}${destroys ? ': a destroy only deletes' : ''})`];
  });
  return all.length > MOST ? [...all.slice(0, MOST), `and ${all.length - MOST} more`] : all;
}

function isPartOf(known: readonly Change[], left: Change, destroys: boolean): boolean {
  const { actions } = left.change;
  const same = known.some((one) => one.deposed === left.deposed && isSame(one.change.actions, actions));
  if (destroys) return same && isSame(actions, ['delete']);
  if (same) return true;
  const made = known.some((one) => one.change.actions.includes('create'));
  if (left.deposed !== undefined) return made && isSame(actions, ['delete']);
  if (isSame(actions, ['create'])) return known.some((one) => isReplacement(one.change.actions));
  return made && isReplacement(actions) && left.action_reason === 'replace_because_tainted';
}

/** Attributes whose value was known when the plan was shown to whoever approved it, and is another one now. */
function otherValues(known: readonly Change[], left: Change, set: readonly string[]): string[] {
  const was = known.find((one) => one.deposed === left.deposed && makes(one));
  const [before, after] = [objectOf(was?.change.after), objectOf(left.change.after)];
  if (!before || !after) return [];
  const unknown = objectOf(was?.change.after_unknown) ?? {};
  return set.filter((name) => !isPending(unknown[name]) && !isEqual(before[name], after[name]));
}

/** Whether anything of a value is known only when it is applied. */
function isPending(unknown: unknown): boolean {
  if (typeof unknown !== 'object' || unknown === null) return unknown === true;
  return Object.values(unknown).some(isPending);
}

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

/** An attribute that a plan leaves out is null. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  const object = objectOf(value);
  if (!object) return value ?? null;
  const entries = Object.entries(object).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
