import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Chance, ENVIRONMENTS, type Hole, type Machine, World } from './world.ts';

/**
 * RACES_RUNS sets the number of races, and RACES_SEED chooses other races: npm run test:races. A failure prints its
 * seed and its path.
 */
const RUNS = Number(process.env.RACES_RUNS ?? 150);
const SEED = Number(process.env.RACES_SEED ?? 13);

type Action =
  | { do: 'start'; machine: Machine; environment: string; onlyIfExpired: boolean }
  | { do: 'redrive'; which: number }
  | { do: 'kill'; which: number }
  | { do: 'protect'; environment: string; lift: boolean }
  | { do: 'pass'; ms: number };

// Most races are about one environment. They must not affect the other one.
const environment = fc.constantFrom(...ENVIRONMENTS.slice(0, 1), ...ENVIRONMENTS.slice(0, 1), ...ENVIRONMENTS);
const machine = fc.constantFrom<Machine>('provision', 'teardown', 'provision', 'teardown', 'deploy');
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('start' as const), machine, environment, onlyIfExpired: fc.boolean() }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('redrive' as const), which: fc.nat(7) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), which: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('protect' as const), environment, lift: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(900_000) }) },
);
const timed = fc.record({ after: fc.nat(25), action });

const total = { takeovers: 0, redrives: 0, refused: 0, kills: 0, changes: 0, waited: 0 };

function races(hole?: Hole) {
  return fc.asyncProperty(
    fc.scheduler(),
    fc.array(timed, { minLength: 4, maxLength: 16 }),
    fc.infiniteStream(fc.nat(9)),
    async (scheduler, actions, stream) => {
      const chance: Chance = {
        turn: (label) => scheduler.schedule(Promise.resolve(), label),
        luck: () => stream.next().value,
      };
      const world = new World(chance, hole);
      const play = async () => {
        for (const [index, { after, action }] of actions.entries()) {
          for (let turn = 0; turn < after; turn += 1) await chance.turn('wait');
          perform(world, action, `p${index}`);
        }
        await world.settled();
      };
      await scheduler.waitFor(play());
      for (const [what, times] of Object.entries(world.seen)) total[what as keyof typeof total] += times;
      if (world.violations.length > 0) throw new Error(world.violations.join('\n'));
    },
  );
}

function perform(world: World, action: Action, name: string): void {
  if (action.do === 'start') world.start(action.machine, action.environment, action.onlyIfExpired);
  else if (action.do === 'redrive') world.redrive(action.which);
  else if (action.do === 'kill') world.kill(action.which);
  else if (action.do === 'protect') world.protect(action.environment, action.lift, name);
  else world.pass(action.ms);
}

test('one owner at a time changes an environment, and none that lost it', { timeout: 600_000 }, async () => {
  await fc.assert(races(), { numRuns: RUNS, seed: SEED });
  // Races without events prove nothing.
  for (const [what, times] of Object.entries(total)) expect(times, what).toBeGreaterThan(RUNS / 20);
});

describe('the races find out', () => {
  test.each<Hole>(['nobody asks', 'activity is not seen', 'old descriptions are believed', 'work is not waited for'])(
    'when %s',
    { timeout: 600_000 },
    async (hole) => {
      const found = await fc.check(races(hole), { numRuns: 3_000, seed: SEED, endOnFailure: true });
      expect(String(found.errorInstance)).toMatch(/ owns dev| is at work beside | takes over from /);
      expect(String(found.errorInstance)).not.toContain('unexpected');
    },
  );
});
