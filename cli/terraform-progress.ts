import { isObject, parse } from './json.ts';

/** How far Terraform has come, by the lines of its build: what it prints for people, or its own JSON lines. Pure. */

export interface Progress {
  /** Resources that were created, changed or destroyed. */
  done: number;
  failed: number;
  /** How many the plan has; undefined where no line has said. */
  planned: number | undefined;
  /** Those at work, the one that began first coming first. Milliseconds since the epoch. */
  underWay: { address: string; since: number }[];
}

type Step = { address: string; is: 'begun' | 'at-work' | 'done' | 'failed' };

const TYPES: Readonly<Record<string, Step['is']>> = {
  apply_start: 'begun',
  apply_progress: 'at-work',
  apply_complete: 'done',
  apply_errored: 'failed',
};
/** As Terraform says it; a release may write the time otherwise. */
const LINE =
  /^(.+?): (?:(Creating|Modifying|Destroying)\.\.\.|(Still (?:creating|modifying|destroying))\.\.\.|(Creation|Modifications|Destruction) (complete|errored) after)/;
const SUMMARY = /^(?:[a-z-]+: )?Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy\./;

export class TerraformProgress {
  readonly #begun = new Map<string, number>();
  #done = 0;
  #failed = 0;
  #planned: number | undefined;

  /** @param planned what an earlier build's plan has */
  constructor(planned?: number) {
    this.#planned = planned;
  }

  /** @param at when the line was written */
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
