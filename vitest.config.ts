import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { PATIENCE_MS } from './lab/test/support/patience.ts';
import RunningOrder from './test/support/running-order.ts';

/** Ends a test that hangs. None fails because the machine is busy with something else, so each is many times what its test takes. */
const limits = (minutes: number) => ({ testTimeout: minutes * 60_000, hookTimeout: minutes * 60_000 });

/**
 * Projects of one `groupOrder` run together; groups run one after the other, and every project of a group must have the
 * same `maxWorkers`. Vitest's own default on two cores is one worker.
 */
const groups = {
  /** Pure: the processor is the limit. Vitest's default would leave one of two cores idle. */
  pure: {
    sequence: { groupOrder: 0 },
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
  /**
   * Starts processes of its own, and waits for them: for minutes where it waits for Terraform's provider. Three workers
   * keep two cores busy; two left a third of them idle. `running-order.ts` has the order of the files.
   */
  processes: { sequence: { groupOrder: 1 }, maxWorkers: 3 },
};

type Options = NonNullable<TestProjectInlineConfiguration['test']>;

const cache = (name: string) => join(import.meta.dirname, 'node_modules', '.cache', name);

/** The tests of the lab run in the projects whose limits they need. */
const OF_THE_LAB: Record<string, string> = { unit: 'lab/test/unit', lab: 'lab/test/integration' };

/** A project is a folder of `test/`. To add one, add a line below with the group that it belongs to. */
function project(name: string, { env, ...options }: Options): TestProjectInlineConfiguration {
  // Node compiles a module once for all processes, and strips its types once: half of what a short command takes.
  const compiled = { NODE_COMPILE_CACHE: cache('compiled') };
  const folders = [`test/${name}`, ...[OF_THE_LAB[name] ?? []].flat()];
  const include = folders.map((folder) => `${folder}/**/*.test.ts`);
  const own = { name, include, expect: PATIENT, env: { ...compiled, ...env } };
  return { test: { ...own, ...options } };
}

const PATIENT = { poll: { timeout: PATIENCE_MS, interval: 50 } };

const env = {
  // Functions are bundled once for all that is synthesized from the same bytes: ten seconds of each deployment.
  RUNBOOK_BUNDLE_CACHE: cache('runbook-bundles'),
  // As builds run Terraform (builds/terraform/process.ts): a fifth less processor time a command.
  ...{ GOGC: '500', GOMEMLIMIT: '1GiB' },
};

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    sequence: { sequencer: RunningOrder },
    // Of the pure core by its unit tests. Adapters, the lab and scripts are covered by tests of other projects and processes.
    coverage: {
      provider: 'v8',
      include: [
        'lambdas/{contracts,environment,notifications,plan,provenance,removal,report,runtime,sweep,validation}/**/*.ts',
      ],
      reporter: ['text-summary'],
      thresholds: { statements: 96, branches: 92, functions: 95, lines: 96 },
    },
    projects: [
      // Pure functions need no process of their own: a quarter of the time.
      project('unit', { ...groups.pure, ...limits(5), isolate: false }),
      // Lets executions race for environments, in a world without AWS.
      project('races', { ...groups.pure, ...limits(5) }),
      // Every adapter with every fault of an answer, over HTTP: a sample, or all of it with FAULTS=all.
      project('faults', { ...groups.pure, setupFiles: './test/faults/support/impatient.ts', ...limits(30) }),
      // Synthesizes templates, and runs Terraform's own tests.
      project('infra', { ...groups.processes, ...limits(10), env }),
      // Opens reports in a browser.
      project('browser', { ...groups.processes, ...limits(10) }),
      // Starts the local AWS.
      project('lab', { ...groups.processes, ...limits(10), env, globalSetup: './test/support/lab-tools.ts' }),
      // Takes environments through their whole life.
      project('lifecycle', { ...groups.processes, ...limits(30), env, globalSetup: './test/support/lab-tools.ts' }),
    ],
  },
});
