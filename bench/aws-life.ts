import { type Life, readRoots, simulateLife } from '../test/support/aws-life/simulation.ts';
import { bareTime } from './aws/build-time.ts';
import { atMost, type Bench, type Row } from './bench.ts';

/** Shorter states add little to the total. */
const SHOWN_SECONDS = 5;

export const awsLife: Bench = {
  name: 'aws',
  title: 'A whole life on AWS, by the machines’ definitions and published times (bench/aws/times.ts)',
  async run() {
    const roots = await readRoots();
    const life = await simulateLife(roots);
    const bare = bareTime('apply', roots) + bareTime('destroy', roots);
    return [...criticalPath(life), ...sums(life, bare)];
  },
};

/** Returns the consecutive states of the two machines, each with its parts if it is a build. */
function criticalPath({ steps, spent }: Life): Row[] {
  return steps
    .filter(({ machine }) => machine === 'provision' || machine === 'teardown')
    .filter(({ from, to }) => to - from >= SHOWN_SECONDS)
    .map(({ machine, state, from, to }) => {
      const build = spent.find((one) => one.from === from);
      const parts = Object.entries(build?.parts ?? {}).filter(([, seconds]) => seconds > 0);
      return {
        ...{ what: `${machine}: ${state}`, value: to - from, unit: 's' },
        ...(build ? { note: parts.map(([name, seconds]) => `${name} ${Math.round(seconds)} s`).join(', ') } : {}),
      };
    });
}

/** Returns the seconds of a state. */
function lasted({ steps }: Life, name: string): number {
  return steps.filter(({ state }) => state === name).reduce((sum, { from, to }) => sum + to - from, 0);
}

function sums(life: Life, bare: number): Row[] {
  const parts = (...names: string[]) =>
    life.spent.flatMap((one) => names.map((name) => one.parts[name] ?? 0)).reduce((sum, one) => sum + one, 0);
  const seconds = (what: string, value: number): Row => ({ what, value, unit: 's' });
  return [
    seconds('to a validated environment', life.provisioned),
    seconds('to tear it down and sweep', life.tornDown - life.provisioned),
    { ...seconds('a whole life', life.tornDown), against: { name: 'bare terraform apply and destroy', value: bare } },
    atMost(180, seconds('a whole life: over bare terraform', life.tornDown - bare)),
    seconds(`of that, containers of ${life.builds.length} builds`, parts('container')),
    seconds('of that, downloads of Terraform and the provider', parts('tools')),
    seconds('of that, images', parts('images')),
    seconds('of that, services until their checks pass', lasted(life, 'Validate environment')),
    seconds('of that, the wait between two looks of the sweep', lasted(life, 'Let deletions settle')),
    atMost(90, seconds('from the last resource to the first answer', life.serving - life.applied)),
    { what: 'state transitions, checks that are tried again included', value: life.transitions, unit: '' },
  ];
}
