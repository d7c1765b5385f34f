import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CrowdedAccount } from '../test/support/crowded-account/account.ts';
import { PLANTED } from '../test/support/crowded-account/planted.ts';
import { Population } from '../test/support/crowded-account/population.ts';
import { sweepCrowded } from '../test/support/crowded-account/run.ts';
import { PREFIX } from '../test/unit/lambdas/support/fixtures.ts';
import { nukeDryRun } from './baselines/aws-nuke.ts';
import { atMost, type Bench, type BenchContext, type Row, timed } from './bench.ts';

/** A task definition's family is planted by its name, and one stopping task is part of a cluster. */
const PLANTED_IN_ALL = Object.values(PLANTED).reduce((sum, things) => sum + things.length, 0) + 1;
const ids = new Set(Object.values(PLANTED).flatMap((things) => things.map(({ id }) => id)));

export const sweep: Bench = {
  name: 'sweep',
  title: 'Sweep of an environment among what belongs to others, on a server that pages and throttles as AWS does',
  async run(context) {
    const sizes = context.quick ? [1_000, 10_000] : [1_000, 10_000, 50_000];
    const rows: Row[] = [];
    let fewest = Number.NaN;
    for (const foreign of sizes) {
      const { ms, result } = await timed(() => sweepCrowded({ foreign, apart: true }));
      const requests = result.account.total();
      if (Number.isNaN(fewest)) fewest = requests;
      context.say(`${foreign} foreign resources: ${requests} requests, ${Math.round(ms / 1_000)} s`);
      const naive = await listEverything(foreign);
      context.say(`  listing everything: ${naive.requests} requests, ${Math.round(naive.ms / 1_000)} s`);
      const nuke = await nukeDryRun(foreign, context.say);
      const size = `${foreign.toLocaleString('en')} foreign`;
      const found = result.findings.filter(({ status }) => status === 'PRESENT');
      rows.push(
        {
          ...{
            what: `${size}: requests`,
            unit: '',
            value: requests,
            against: { name: 'list everything', value: naive.requests },
          },
          ...{ aim: `flat: ≤ 1.15 × ${fewest}`, met: requests <= 1.15 * fewest },
        },
        ...(nuke
          ? [
              {
                what: `${size}: requests`,
                unit: '',
                value: requests,
                against: { name: 'aws-nuke', value: nuke.requests },
                note: nuke.note,
              },
            ]
          : []),
        {
          what: `${size}: time`,
          unit: 's',
          value: ms / 1_000,
          against: { name: 'list everything', value: naive.ms / 1_000 },
        },
        ...(nuke
          ? [
              {
                what: `${size}: time`,
                unit: 's',
                value: ms / 1_000,
                against: { name: 'aws-nuke', value: nuke.ms / 1_000 },
              },
            ]
          : []),
        atMost(128, {
          what: `${size}: memory of a Lambda`,
          unit: 'MB',
          value: result.rssMb,
          against: { name: 'list everything', value: naive.rssMb },
        }),
        {
          what: `${size}: recall`,
          unit: '%',
          value: (100 * found.length) / PLANTED_IN_ALL,
          aim: '100 %',
          met: found.length === PLANTED_IN_ALL,
        },
        {
          what: `${size}: false leftovers`,
          unit: '',
          value: found.filter((one) => !isPlanted(one.id)).length,
          aim: '0',
          met: found.every((one) => isPlanted(one.id)),
        },
      );
    }
    return [...rows, ...(await growthWithOwn(context))];
  },
};

/** Reports whether the id is a planted one, or an ARN, a revision or a task of one. */
const isPlanted = (id: string) => ids.has(id) || id.split(/[/:]/).some((part) => ids.has(part));

/** Measures how the number of requests grows with the environment's own resources. */
async function growthWithOwn({ quick, say }: BenchContext): Promise<Row[]> {
  const own = async (times: number) => {
    const account = await sweepCrowded({ foreign: 1_000, planted: multiplied(times) });
    say(`${times} × as much of its own: ${account.account.total()} requests`);
    return account.account.total();
  };
  const factor = quick ? 2 : 5;
  const [once, more] = [await own(1), await own(factor)];
  const value = more / once / factor;
  return [
    {
      what: `requests with ${factor} × as much of its own, a share of linear`,
      unit: '',
      value,
      aim: '≤ 1.1',
      met: value <= 1.1,
    },
  ];
}

function multiplied(times: number): typeof PLANTED {
  const copies = Array.from({ length: times }, (_, copy) => copy);
  const entries = Object.entries(PLANTED).map(([kind, things]) => [
    kind,
    things.flatMap((thing) => copies.map((copy) => (copy === 0 ? thing : { ...thing, id: `${thing.id}-${copy}` }))),
  ]);
  return Object.fromEntries(entries);
}

async function listEverything(foreign: number): Promise<{ requests: number; ms: number; rssMb: number }> {
  const account = new CrowdedAccount(new Population(foreign, PLANTED));
  const credentials = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const env = { ...process.env, ...credentials, AWS_ENDPOINT_URL: await account.listen() };
  try {
    const script = join(import.meta.dirname, 'baselines', 'naive-sweep.ts');
    const { ms, result } = await timed(() => promisify(execFile)(process.execPath, [script, PREFIX], { env }));
    const { rssMb } = JSON.parse(result.stdout) as { rssMb: number };
    return { requests: account.total(), ms, rssMb };
  } finally {
    await account.close();
  }
}
