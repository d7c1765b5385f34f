import { join } from 'node:path';
import { Account } from '../test/lifecycle/support.ts';
import { type Bench, type BenchContext, type Row, timed } from './bench.ts';

/** The environments are small, so that many of them fit on one machine. */
const CONFIG = 'examples/document-intake/runbook.config.ts';

export const environments: Bench = {
  name: 'environments',
  title: 'Many environments at once, each provisioned, validated, torn down and swept',
  async run(context) {
    const account = await Account.open({ config: join(context.projectRoot, CONFIG) });
    try {
      const rows: Row[] = [];
      let alone = Number.NaN;
      for (const count of context.quick ? [1, 3] : [1, 5, 20]) {
        const names = Array.from({ length: count }, (_, n) => `e${count}-${n}`);
        const { ms } = await timed(() => Promise.all(names.map((name) => live(account, name))));
        if (count === 1) alone = ms;
        context.say(`${count} at once: ${Math.round(ms / 1_000)} s`);
        rows.push(...rowsOf(count, ms, alone, context));
      }
      return rows;
    } finally {
      await account.close();
    }
  },
};

function rowsOf(count: number, ms: number, alone: number, { say }: BenchContext): Row[] {
  const value = ms / 1_000;
  if (count === 1) return [{ what: 'one life', unit: 's', value }];
  say(`  one after the other: ${Math.round((count * alone) / 1_000)} s`);
  const row = { what: `${count} lives at once`, unit: 's', value };
  return [
    {
      ...{ ...row, against: { name: 'one after the other', value: (count * alone) / 1_000 } },
      ...{
        aim: 'less',
        met: ms < count * alone,
        note: 'all passed and ended CLEAN, each with outputs of its own only',
      },
    },
  ];
}

/** @throws {Error} when the environment fails, is not left clean, or contains anything of another one */
async function live(account: Account, environment: string): Promise<void> {
  const provision = await account.run('provision', { environment });
  if (provision.status !== 'SUCCEEDED')
    throw new Error(`provision of ${environment}: ${provision.error} ${provision.cause}`);
  const { outputs = {}, owner } = await account.record(environment);
  // Every output contains the environment's name, and no other's.
  const foreign = Object.entries(outputs).filter(([, value]) => !String(value).includes(`-${environment}-`));
  if (foreign.length > 0)
    throw new Error(`${environment} has outputs of another: ${JSON.stringify(foreign)} (${owner})`);
  const teardown = await account.run('teardown', { environment });
  if (teardown.status !== 'SUCCEEDED' || teardown.sweep?.verdict !== 'CLEAN') {
    throw new Error(`teardown of ${environment}: ${teardown.error} ${teardown.cause} ${teardown.sweep?.verdict}`);
  }
}
