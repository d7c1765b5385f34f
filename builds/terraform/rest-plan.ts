import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../json.ts';
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
  const [before, after, unknown] = [was?.change.after, left.change.after, was?.change.after_unknown];
  if (!isObject(before) || !isObject(after)) return [];
  const pending = isObject(unknown) ? unknown : {};
  // An attribute that a plan leaves out is null.
  return set.filter(
    (name) => !isPending(pending[name]) && !isDeepStrictEqual(before[name] ?? null, after[name] ?? null),
  );
}

/** Whether anything of a value is known only when it is applied. */
function isPending(unknown: unknown): boolean {
  if (typeof unknown !== 'object' || unknown === null) return unknown === true;
  return Object.values(unknown).some(isPending);
}
