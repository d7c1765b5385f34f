import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { SWEEP_FAMILIES, type SweepEntry } from '../../../lambdas/contracts/sweep-request.ts';
import { AWS_LIMITS, CrowdedAccount, type Limits } from './account.ts';
import { PLANTED } from './planted.ts';
import { type Kind, Population } from './population.ts';

const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/**
 * Bundles the sweep as its Lambda is bundled, since sources take several times the memory. @returns a folder to remove
 */
async function bundleSweep(): Promise<string> {
  const outdir = await mkdtemp(join(tmpdir(), 'crowded-account-'));
  await build({
    entryPoints: { index: join(import.meta.dirname, 'sweep.ts') },
    outdir,
    ...{ bundle: true, splitting: true, minify: true, platform: 'node', target: 'node24', format: 'esm' },
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
  });
  return outdir;
}

export interface Crowd {
  /** The account has this number of foreign things in all, spread over the kinds. */
  foreign: number;
  /** The numbers are those of single kinds. */
  counts?: Partial<Record<Kind, number>>;
  limits?: Limits;
  /** These things belong to the environment. */
  planted?: typeof PLANTED;
  /** The value is true to run each family in a process of its own, as each has a Lambda on AWS. */
  apart?: boolean;
  /** Each service may take this time. */
  limitMs?: number;
}

/** Sweeps an account with foreign things in it, in a process of its own. */
export async function sweepCrowded(crowd: Crowd) {
  const { foreign, counts = {}, limits = AWS_LIMITS, limitMs = 240_000, planted = PLANTED } = crowd;
  const account = new CrowdedAccount(new Population(foreign, planted, counts), limits);
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: await account.listen(),
    ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', LIMIT_MS: String(limitMs) },
  };
  const bundle = await bundleSweep();
  const sweep = async (family: Record<string, string>) => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(bundle, 'index.mjs')], {
      env: { ...env, ...family },
      maxBuffer: 2 ** 24,
    });
    return JSON.parse(stdout) as { entries: SweepEntry[]; rssMb: number };
  };
  try {
    const families = crowd.apart ? SWEEP_FAMILIES.map((_, family) => ({ FAMILY: String(family) })) : [{}];
    const swept = await Promise.all(families.map(sweep));
    const entries = swept.flatMap((one) => one.entries);
    const findings = entries.flatMap((entry) => ('findings' in entry ? entry.findings : []));
    return { account, entries, findings, rssMb: Math.max(...swept.map(({ rssMb }) => rssMb)) };
  } finally {
    await account.close();
    await rm(bundle, { recursive: true, force: true });
  }
}
