import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../json.ts';
import { configured, withoutIndices } from './configuration.ts';
import { type Change, changed, isSame, MOST, type ShownPlan } from './shown-plan.ts';

const isReplacement = (actions: readonly string[]) => isSame([...actions].sort(), ['create', 'delete']);
const makes = ({ change: { actions } }: Change) => actions.includes('create') || actions.includes('update');

/**
 * Returns what the plan of the rest does that the stored plan did not. Each address may have the same action, or the
 * rest of it: the creation after the deletion, or the deletion of what a replacement has left behind. A resource whose
 * creation failed is tainted, and may be created anew. A destroy only deletes. What the configuration sets, and
 * whatever else is changed, has the value that the stored plan showed: a data source may answer otherwise by now, and
 * nobody has approved that. The configuration in a plan leaves dynamic blocks out.
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

/** Returns the attributes of which something was known when the plan was approved, and which have another value now. */
function otherValues(known: readonly Change[], left: Change, set: readonly string[]): string[] {
  const was = known.find((one) => one.deposed === left.deposed && makes(one));
  const [before, after, unknown] = [was?.change.after, left.change.after, was?.change.after_unknown];
  if (!isObject(before) || !isObject(after)) return [];
  const pending = isObject(unknown) ? unknown : {};
  const names = new Set([...set, ...changedIn(left, after)]);
  return [...names].filter((name) => !isAsShown(before[name], after[name], pending[name])).sort();
}

/**
 * Returns the attributes that a plan gives another value than they have, or one that is known only when it is applied.
 */
function changedIn({ change }: Change, after: Readonly<Record<string, unknown>>): string[] {
  const before = isObject(change.before) ? change.before : {};
  const unknown = isObject(change.after_unknown) ? change.after_unknown : {};
  const names = [...new Set([before, after, unknown].flatMap((one) => Object.keys(one)))];
  return names.filter((name) => isPending(unknown[name]) || !isEqual(before[name], after[name]));
}

/** An attribute that a plan leaves out is null. */
const isEqual = (one: unknown, other: unknown) => isDeepStrictEqual(one ?? null, other ?? null);

/** @param unknown true for each part of `shown` that was known only when it is applied */
function isAsShown(shown: unknown, now: unknown, unknown: unknown): boolean {
  if (unknown === true) return true;
  if (!isPending(unknown)) return isEqual(shown, now);
  if (Array.isArray(shown) && Array.isArray(now)) return areAsShown(shown, now, Array.isArray(unknown) ? unknown : []);
  if (isObject(shown) && isObject(now)) {
    const pending = isObject(unknown) ? unknown : {};
    return [...new Set([...Object.keys(shown), ...Object.keys(now)])].every((name) =>
      isAsShown(shown[name], now[name], pending[name]),
    );
  }
  return shown === undefined || shown === null;
}

/**
 * The items of a set have the order of their values, which is another one once all are known, and two may become one.
 * So each item that is there now is one of those that were shown, and each that was wholly known is still there.
 */
function areAsShown(shown: readonly unknown[], now: readonly unknown[], unknown: readonly unknown[]): boolean {
  const left = shown
    .map((item, index) => ({ item, unknown: unknown[index] }))
    .sort((a, b) => pendingIn(a) - pendingIn(b));
  for (const item of now) {
    const index = left.findIndex((one) => isAsShown(one.item, item, one.unknown));
    if (index < 0) return false;
    left.splice(index, 1);
  }
  return left.every((one) => isPending(one.unknown));
}

/** The item that is known best is matched first, and the one that may be anything last. */
function pendingIn({ unknown }: { unknown: unknown }): number {
  if (unknown === true) return 2;
  return isPending(unknown) ? 1 : 0;
}

/** Returns whether any part of a value is known only when it is applied. */
function isPending(unknown: unknown): boolean {
  if (typeof unknown !== 'object' || unknown === null) return unknown === true;
  return Object.values(unknown).some(isPending);
}
