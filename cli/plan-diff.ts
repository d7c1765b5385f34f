import type { PlanFile, PlannedChange } from '../lambdas/contracts/plan.ts';
import { clip, visible } from './format.ts';
import { isObject } from './json.ts';

/** This is one resource that a plan changes, with its attributes. */
export interface ChangedResource {
  address: string;
  action: 'add' | 'change' | 'replace' | 'destroy';
  /** The attributes are those of a change or a replacement. */
  attributes: { name: string; before: string; after: string }[];
}

const WIDTH = 80;
/** This many characters are shown before the first one that differs in a long value. */
const CONTEXT = 30;
const UNKNOWN = '(known after it is applied)';
const MARKS = { add: '+', change: '~', replace: '±', destroy: '-' } as const;
/** Resources with the same change share an entry, with at most this many names. */
const NAMED = 5;

export function planDiff({ resource_changes }: PlanFile): ChangedResource[] {
  return resource_changes.flatMap((one) => {
    const action = actionOf(one);
    if (!action) return [];
    const attributes = action === 'change' || action === 'replace' ? attributesOf(one) : [];
    return [{ address: one.address, action, attributes }];
  });
}

function actionOf({ change: { actions } }: PlannedChange): ChangedResource['action'] | undefined {
  const has = (action: string) => actions.includes(action);
  if (has('create') && has('delete')) return 'replace';
  if (has('create')) return 'add';
  if (has('delete')) return 'destroy';
  return has('update') ? 'change' : undefined;
}

function attributesOf({ change }: PlannedChange): ChangedResource['attributes'] {
  const before = flatten(change.before ?? {});
  const after = flatten(change.after ?? {});
  const unknown = flatten(isObject(change.after_unknown) ? change.after_unknown : {});
  const names = new Set([...before.keys(), ...after.keys(), ...unknown.keys()]);
  return [...names].sort().flatMap((name) => {
    const isUnknown = unknown.get(name) === 'true';
    const [from, to] = [before.get(name) ?? '', isUnknown ? UNKNOWN : (after.get(name) ?? '')];
    return from === to ? [] : [{ name, before: from, after: to }];
  });
}

/** Maps a path such as `tags.expires-at` to its value. Lists are compared as a whole, except lists of blocks. */
function flatten(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  const children = isObject(value)
    ? Object.entries(value)
    : Array.isArray(value) && value.some(isObject)
      ? value.map((item, index): [string, unknown] => [String(index), item])
      : undefined;
  if (children) for (const [key, item] of children) flatten(item, path ? `${path}.${key}` : key, into);
  else if (value !== null && value !== undefined && value !== false) into.set(path, JSON.stringify(value));
  else if (value === false) into.set(path, 'false');
  return into;
}

/** Returns a value in at most WIDTH characters, from a little before it begins to differ from the other one. */
function clipped(value: string, other: string): string {
  const begin = Math.max(value.length, other.length) > WIDTH ? sameBeginning(value, other) - CONTEXT : 0;
  return begin > 0 ? clip(`…${value.slice(begin)}`, WIDTH) : clip(value || '(none)', WIDTH);
}

function sameBeginning(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) if (one[index] !== other[index]) return index;
  return length;
}

export function describeDiff(changes: readonly ChangedResource[]): string[] {
  const order = ['destroy', 'replace', 'change', 'add'];
  const groups = Map.groupBy(
    changes.toSorted((a, b) => order.indexOf(a.action) - order.indexOf(b.action)),
    ({ address, action, attributes }) => (attributes.length > 0 ? JSON.stringify([action, attributes]) : address),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { action, attributes } = first;
    const names = group.slice(0, NAMED).map(({ address }) => `${MARKS[action]} ${visible(address)}`);
    const more = group.length > NAMED ? [`${MARKS[action]} and ${group.length - NAMED} more, in the same way`] : [];
    const width = Math.max(0, ...attributes.map(({ name }) => name.length));
    return [
      ...names,
      ...more,
      ...attributes.map(
        ({ name, before, after }) =>
          `    ${visible(name).padEnd(width)}  ${clipped(before, after)} → ${clipped(after, before)}`,
      ),
    ];
  });
}
