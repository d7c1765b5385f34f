import type { LifeRecord, StateRecord, StepRecord } from './record.ts';

/** The functions compare a life on AWS with the same life in the lab. They are pure. */

export interface Difference {
  what: string;
  lab: string;
  aws: string;
}

/** Durations differ by nature and are not compared. `durations` lists them. */
export function differencesOf(lab: LifeRecord, aws: LifeRecord): Difference[] {
  const machines = [...new Set([...lab.steps, ...aws.steps].map(({ machine }) => machine))];
  return [
    ...machines.flatMap((machine) => {
      const [here, there] = [lab, aws].map(({ steps }) => steps.find((step) => step.machine === machine));
      if (!here || !there) return [{ what: machine, lab: here?.status ?? MISSING, aws: there?.status ?? MISSING }];
      return differencesOfStep(here, there);
    }),
    ...deniedOnAwsAlone(lab, aws),
  ];
}

const MISSING = 'not there';

function differencesOfStep(lab: StepRecord, aws: StepRecord): Difference[] {
  const end = ({ status, error }: StepRecord) => (error ? `${status} (${error})` : status);
  return [
    ...unlike(`${lab.machine}: end`, end(lab), end(aws)),
    ...unlike(`${lab.machine}: verdict`, lab.verdict ?? MISSING, aws.verdict ?? MISSING),
    ...unlikeOf(`${lab.machine}: check`, byCheck(lab), byCheck(aws)),
    ...unlikeOf('state', byPath(lab.states), byPath(aws.states)),
  ];
}

const byCheck = ({ checks }: StepRecord) => new Map(checks.map(({ check, status }) => [check, status]));
const byPath = (states: readonly StateRecord[]) => new Map(states.map(({ path, outcome }) => [path, outcome]));

function unlikeOf(what: string, lab: ReadonlyMap<string, string>, aws: ReadonlyMap<string, string>): Difference[] {
  return [...new Set([...lab.keys(), ...aws.keys()])]
    .sort()
    .flatMap((key) => unlike(`${what} ${key}`, lab.get(key) ?? MISSING, aws.get(key) ?? MISSING));
}

function unlike(what: string, lab: string, aws: string): Difference[] {
  return lab === aws ? [] : [{ what, lab, aws }];
}

/** The record of the lab already reports what the lab denies. */
function deniedOnAwsAlone(lab: LifeRecord, aws: LifeRecord): Difference[] {
  const key = ({ role, action }: LifeRecord['denied'][number]) => `${role} ${action}`;
  const known = new Set(lab.denied.map(key));
  return aws.denied
    .filter((one) => !known.has(key(one)))
    .map((one) => ({ what: `call ${key(one)}`, lab: 'allowed, or not made', aws: `denied: ${one.message}` }));
}

/** Returns a line for each step, and for each state that took long on either side. */
export function durations(lab: LifeRecord, aws: LifeRecord, longSeconds = 10): string[] {
  const seconds = new Map<string, [lab: number | undefined, aws: number | undefined]>();
  for (const [side, { steps }] of [lab, aws].entries()) {
    for (const step of steps) {
      for (const [what, took] of [
        [step.machine, step.seconds] as const,
        ...step.states.map((state) => [state.path, state.seconds] as const),
      ]) {
        const both = seconds.get(what) ?? [undefined, undefined];
        both[side] = took;
        seconds.set(what, both);
      }
    }
  }
  const shown = [...seconds].filter(
    ([what, both]) => !what.includes('/') || both.some((one) => (one ?? 0) >= longSeconds),
  );
  const width = Math.max(...shown.map(([what]) => what.length), 0);
  const cell = (one: number | undefined) => (one === undefined ? '–' : `${one.toFixed(1)} s`).padStart(10);
  return shown
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([what, [here, there]]) => `${what.padEnd(width)} ${cell(here)} ${cell(there)}`);
}
