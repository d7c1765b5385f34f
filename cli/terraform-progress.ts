import { isObject, parse } from './json.ts';

/**
 * This module determines Terraform's progress from the lines of its build: its output for people, or its own JSON
 * lines. The module has no side effects.
 */

export interface Progress {
  /** These resources were created, changed or destroyed. */
  done: number;
  failed: number;
  /** The plan has this number of changes. It is undefined until a line contains it. */
  planned: number | undefined;
  /**
   * These resources are in progress, the one that began first at the beginning. `since` is in milliseconds since the
   * epoch.
   */
  underWay: { address: string; since: number }[];
}

type Step = { address: string; is: 'begun' | 'at-work' | 'done' | 'failed' };

const TYPES: Readonly<Record<string, Step['is']>> = {
  apply_start: 'begun',
  apply_progress: 'at-work',
  apply_complete: 'done',
  apply_errored: 'failed',
};
/**
 * The pattern matches Terraform's output. It does not depend on the format of the time, which differs between releases.
 */
const LINE =
  /^(.+?): (?:(Creating|Modifying|Destroying)\.\.\.|(Still (?:creating|modifying|destroying))\.\.\.|(Creation|Modifications|Destruction) (complete|errored) after)/;
const SUMMARY = /^(?:[a-z-]+: )?Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy\./;

export class TerraformProgress {
  readonly #begun = new Map<string, number>();
  #done = 0;
  #failed = 0;
  #planned: number | undefined;

  /** @param planned the number of changes in the plan of an earlier build */
  constructor(planned?: number) {
    this.#planned = planned;
  }

  /** @param at the time at which the line was written */
  apply(line: string, at: number): void {
    const summary = plannedBy(line);
    if (summary !== undefined) this.#planned = summary;
    const step = stepOf(line);
    if (!step) return;
    if (step.is === 'begun') this.#begun.set(step.address, at);
    else if (step.is === 'at-work') this.#begun.set(step.address, this.#begun.get(step.address) ?? at);
    else {
      this.#begun.delete(step.address);
      if (step.is === 'done') this.#done += 1;
      else this.#failed += 1;
    }
  }

  get progress(): Progress {
    return {
      done: this.#done,
      failed: this.#failed,
      planned: this.#planned,
      underWay: [...this.#begun].map(([address, since]) => ({ address, since })).sort((a, b) => a.since - b.since),
    };
  }
}

function plannedBy(line: string): number | undefined {
  const event = jsonOf(line);
  if (event?.type === 'change_summary' && isObject(event.changes) && event.changes.operation === 'plan') {
    const { add, change, remove } = event.changes;
    return Number(add) + Number(change) + Number(remove);
  }
  const [, add, change, destroy] = SUMMARY.exec(line) ?? [];
  return add === undefined ? undefined : Number(add) + Number(change) + Number(destroy);
}

function stepOf(line: string): Step | undefined {
  const event = jsonOf(line);
  if (event) {
    const is = TYPES[String(event.type)];
    const resource = isObject(event.hook) ? event.hook.resource : undefined;
    const address = isObject(resource) ? resource.addr : undefined;
    return is && typeof address === 'string' ? { address, is } : undefined;
  }
  const [, address, begins, goesOn, , ends] = LINE.exec(line) ?? [];
  if (address === undefined) return undefined;
  if (begins) return { address, is: 'begun' };
  if (goesOn) return { address, is: 'at-work' };
  return { address, is: ends === 'complete' ? 'done' : 'failed' };
}

function jsonOf(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  const event = parse(line);
  return isObject(event) ? event : undefined;
}
