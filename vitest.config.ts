import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { PATIENCE_MS } from './test/support/patience.ts';

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
    ...limits(5),
  },
  /** Starts processes of its own, one or two a file: the processor is the limit, with gaps. */
  processes: { sequence: { groupOrder: 1 }, maxWorkers: 2, ...limits(10) },
  /** Waits for Terraform’s provider much of the time, minutes at a time; more than two at once are short of processor. */
  lives: { sequence: { groupOrder: 2 }, maxWorkers: 2, ...limits(30) },
};

type Options = NonNullable<TestProjectInlineConfiguration['test']>;

const cache = (name: string) => join(import.meta.dirname, 'node_modules', '.cache', name);

/** A project is a folder of `test/`. To add one, add a line below with the group that it belongs to. */
function project(name: string, { env, ...options }: Options): TestProjectInlineConfiguration {
  // Node compiles a module once for all processes, and strips its types once: half of what a short command takes.
  const compiled = { NODE_COMPILE_CACHE: cache('compiled') };
  const own = { name, include: [`test/${name}/**/*.test.ts`], expect: PATIENT, env: { ...compiled, ...env } };
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
      project('unit', { ...groups.pure, isolate: false }),
      // Lets executions race for environments, in a world without AWS.
      project('races', groups.pure),
      // Every adapter with every fault of an answer, over HTTP: a sample, or all of it with FAULTS=all.
      project('faults', {
        ...groups.pure,
        setupFiles: './test/faults/support/impatient.ts',
        ...limits(30),
      }),
      // Synthesizes templates, and runs Terraform's own tests.
      project('infra', { ...groups.processes, env }),
      // Opens reports in a browser.
      project('browser', groups.processes),
      // Starts the local AWS.
      project('lab', { ...groups.processes, env, globalSetup: './test/support/lab-tools.ts' }),
      // Takes environments through their whole life.
      project('lifecycle', { ...groups.lives, env, globalSetup: './test/support/lab-tools.ts' }),
    ],
  },
});
