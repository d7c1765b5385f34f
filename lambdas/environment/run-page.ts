import type * as z from 'zod';
import { keptValidation, message, type Read, type RunBuildView } from '../contracts/board.ts';
import { certificate } from '../contracts/certificate.ts';
import { type PlannedChange, planFile } from '../contracts/plan.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { PlannedAction } from '../report/board-data.ts';
import { renderRunPage } from '../report/run-page.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { DependencyError } from '../runtime/errors.ts';
import type { StoredText } from '../sweep/take-inventory.ts';

export interface RunPagePorts {
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  readText(key: string): Promise<StoredText>;
  /** Returns the keys below a folder, which ends with a slash. */
  listKeys(folder: string): Promise<string[]>;
  /** Returns the builds of a run, the newest first, each with the end of its log. */
  buildsOf(run: string, since: number): Promise<RunBuildView[]>;
  now(): number;
}

const MOST_VALIDATIONS = 20;
const MOST_MESSAGES = 40;

/** @returns undefined when the environment has another run by now */
export async function runPage(environment: string, run: string, ports: RunPagePorts): Promise<string | undefined> {
  const record = await ports.loadRecord(environment);
  if (record?.run !== run) return undefined;
  const folder = `environments/${environment}/runs/${run}/`;
  const [keys, builds] = await Promise.all([
    attempt(ports.listKeys(folder)),
    attempt(ports.buildsOf(run, Date.parse(record.createdAt))),
  ]);
  const among = async <T>(read: (all: readonly string[]) => Promise<T>): Promise<Read<T>> =>
    keys.kind === 'read' ? attempt(read(keys.value)) : keys;
  const newest = (all: readonly string[], pattern: RegExp, most: number) =>
    all
      .filter((key) => pattern.test(key.slice(folder.length)))
      .toSorted()
      .toReversed()
      .slice(0, most);
  return renderRunPage({
    record,
    at: ports.now(),
    builds,
    plan: await among((all) => lastPlan(all, folder, ports)),
    validations: await among(async (all) => {
      const found = await Promise.all(
        newest(all, /^validations\/[^/]+\/report\.json$/, MOST_VALIDATIONS).map(
          async (key) => [key, await attempt(parsed(key, keptValidation, ports))] as const,
        ),
      );
      return found.toSorted(([, a], [, b]) => timeOf(b) - timeOf(a));
    }),
    certificate: await among(async (all) => {
      const key = `${folder}certificate.json`;
      return all.includes(key) ? parsed(key, certificate, ports) : undefined;
    }),
    messages: await among((all) =>
      Promise.all(
        newest(all, /^messages\/[^/]+\.json$/, MOST_MESSAGES).map((key) => attempt(parsed(key, message, ports))),
      ),
    ),
  });
}

function timeOf(read: Read<{ at: string }>): number {
  return read.kind === 'read' ? Date.parse(read.value.at) : Number.POSITIVE_INFINITY;
}

/**
 * Returns the changes of the last plan. A plan has the number of its claim in its key, and the last claim has the last
 * plan.
 */
async function lastPlan(
  keys: readonly string[],
  folder: string,
  ports: RunPagePorts,
): Promise<PlannedAction[] | undefined> {
  const plans = keys.flatMap((key) => {
    const [, claim] = /^(\d+)\/stack\.tfplan\.json$/.exec(key.slice(folder.length)) ?? [];
    return claim === undefined ? [] : [{ key, claim: Number(claim) }];
  });
  const last = plans.toSorted((a, b) => a.claim - b.claim).at(-1);
  if (!last) return undefined;
  const { resource_changes } = await parsed(last.key, planFile, ports);
  return resource_changes.flatMap((one) => {
    const action = actionOf(one);
    return action ? [{ address: one.address, action }] : [];
  });
}

function actionOf({ change: { actions } }: PlannedChange): PlannedAction['action'] | undefined {
  const has = (action: string) => actions.includes(action);
  if (has('create') && has('delete')) return 'replace';
  if (has('create')) return 'add';
  if (has('delete')) return 'destroy';
  return has('update') ? 'change' : undefined;
}

async function parsed<S extends z.ZodType>(key: string, schema: S, ports: RunPagePorts): Promise<z.output<S>> {
  const stored = await ports.readText(key);
  if (stored.kind !== 'found') throw new DependencyError(`${key} is not there any more`);
  try {
    return schema.parse(JSON.parse(stored.text));
  } catch {
    throw new DependencyError(`${key} is malformed`);
  }
}

/** Returns the value, or why it was not read. */
export async function attempt<T>(promise: Promise<T>): Promise<Read<T>> {
  try {
    return { kind: 'read', value: await promise };
  } catch (error) {
    return { kind: 'unknown', why: describeError(error) };
  }
}
