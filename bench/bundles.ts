import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import { HANDLER_NAMES, type HandlerName } from '../lambdas/contracts/functions.ts';
import { bundleHandlers } from '../lib/functions/bundles.ts';
import { atMost, type Bench, median, type Row } from './bench.ts';

/** Most projects bundle in this way: CommonJS entry points first, and zod by name. */
const NAIVE_ZOD: Plugin = {
  name: 'zod by name',
  setup({ onLoad }) {
    onLoad({ filter: /\/lambdas\/.*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replace("import * as z from 'zod'", "import { z } from 'zod'"),
    }));
  },
};

export const bundles: Bench = {
  name: 'bundles',
  title: 'Bundle of each Lambda: bytes, gzip, import',
  async run({ projectRoot, quick, say }) {
    const naive = mkdtempSync(join(tmpdir(), 'bench-bundles-'));
    const folderOf = bundleHandlers(projectRoot, join(naive, 'ours'));
    try {
      const rows: Row[] = [];
      for (const handler of HANDLER_NAMES) {
        const clients = await bundleNaively(projectRoot, handler, naive);
        const { bytes, gzip } = sizeOf(folderOf(handler));
        const repetitions = quick ? 3 : 15;
        const { ours, theirs } = await importTimes(
          join(folderOf(handler), 'index.mjs'),
          join(naive, `${handler}.cjs`),
          repetitions,
        );
        say(`${handler}: ${clients.length} client(s), ${Math.round(bytes / 1_000)} KB`);
        rows.push(...rowsOf(handler, clients, { bytes, gzip, ours, theirs, naive: sizeOf(naive, `${handler}.cjs`) }));
      }
      return rows;
    } finally {
      rmSync(naive, { recursive: true, force: true });
    }
  },
};

interface Measured {
  bytes: number;
  gzip: number;
  naive: { bytes: number; gzip: number };
  ours: number;
  theirs: number;
}

function rowsOf(handler: HandlerName, clients: string[], { bytes, gzip, naive, ours, theirs }: Measured): Row[] {
  const isSmall = handler.startsWith('check-') && clients.length === 1;
  const size = {
    what: `${handler}: code`,
    unit: 'KB',
    value: bytes / 1_000,
    against: { name: 'naive', value: naive.bytes / 1_000 },
  };
  const packed = {
    what: `${handler}: gzip`,
    unit: 'KB',
    value: gzip / 1_000,
    against: { name: 'naive', value: naive.gzip / 1_000 },
  };
  const sweeps = handler === 'sweep-services' || handler === 'remove-unmanaged';
  return [
    isSmall ? atMost(330, size) : size,
    isSmall ? atMost(100, packed) : packed,
    {
      what: `${handler}: import`,
      unit: 'ms',
      value: ours,
      against: { name: 'naive', value: theirs },
      aim: '≤ 0.65 × naive',
      met: ours <= 0.65 * theirs,
    },
    ...(clients.includes('client-ec2') && !sweeps
      ? [{ what: `${handler}: has the EC2 client`, unit: '', value: 1, aim: 'only the sweep has it', met: false }]
      : []),
  ];
}

/** @returns the SDK clients that the handler imports */
async function bundleNaively(absWorkingDir: string, handler: HandlerName, outdir: string): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir,
    entryPoints: { [handler]: `lambdas/handlers/${handler}.ts` },
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['main', 'module'],
    minify: true,
    metafile: true,
    logLevel: 'error',
    plugins: [NAIVE_ZOD],
  });
  const found = Object.keys(metafile.inputs).flatMap((path) => /@aws-sdk\/(client-[a-z0-9-]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(found)];
}

function sizeOf(folder: string, only?: string): { bytes: number; gzip: number } {
  const files = readdirSync(folder).filter((name) => (only ? name === only : /\.mjs$/.test(name)));
  const contents = files.map((name) => readFileSync(join(folder, name)));
  return {
    bytes: contents.reduce((sum, { length }) => sum + length, 0),
    gzip: contents.reduce((sum, content) => sum + gzipSync(content).length, 0),
  };
}

/**
 * Returns medians in milliseconds. Each import runs in a process of its own, and both bundles take turns, so that a
 * busy moment affects both.
 */
async function importTimes(
  ours: string,
  naive: string,
  repetitions: number,
): Promise<{ ours: number; theirs: number }> {
  const times = { ours: [] as number[], theirs: [] as number[] };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    times.ours.push(await importTime(ours));
    times.theirs.push(await importTime(naive));
  }
  return { ours: median(times.ours), theirs: median(times.theirs) };
}

/** These are all variables that the handlers read when they are loaded. The bench does not call the handlers. */
const ENVIRONMENT = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  POWERTOOLS_DEV: 'false',
};

async function importTime(path: string): Promise<number> {
  const code = `const at=performance.now(); await import(${JSON.stringify(`file://${path}`)}); console.log(performance.now()-at)`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, ...ENVIRONMENT },
  });
  return Number(stdout.trim().split('\n').at(-1));
}
