import { join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { HANDLER_NAMES, type HandlerName } from '../../lambdas/contracts/functions.ts';
import { bundleOnce } from './bundle-cache.ts';

/** Bundles that contain CommonJS packages call require, which an ES module does not have. */
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/** Handlers that load most of their code only when an event asks for it; each of them gets a bundle of several files. */
const SPLIT: ReadonlySet<HandlerName> = new Set(['sweep-services', 'remove-unmanaged']);

/** What the SDK brings and no function uses, and what stands in its place. */
const ALIASES = {
  '@aws-sdk/credential-provider-node': './lambdas/aws/environment-credentials.ts',
  '@smithy/core/event-streams': './lambdas/aws/no-event-streams.ts',
};

/**
 * Bundles all handlers, and the checks of a team's own, at once, which is many times quicker than NodejsFunction's
 * process a function, and gives the same bytes wherever it runs.
 * @param outdir folder of this synthesis alone: two of a checkout may run at once
 * @returns the folder of a function's bundle, `index.mjs`
 */
export function bundleHandlers(
  projectRoot: string,
  outdir: string,
  customChecks: readonly { name: string; handler: string }[] = [],
): (name: string) => string {
  const whole = HANDLER_NAMES.filter((handler) => !SPLIT.has(handler));
  bundle(projectRoot, outdir, {}, [
    ...whole.map((handler) => ({ in: fileOf(handler), out: `${handler}/index` })),
    ...customChecks.map(({ name, handler }) => ({ in: handler, out: `check-${name}/index` })),
  ]);
  for (const handler of SPLIT)
    bundle(projectRoot, join(outdir, handler), { splitting: true }, [{ in: fileOf(handler), out: 'index' }]);
  return (name) => join(outdir, name);
}

const fileOf = (handler: HandlerName) => `lambdas/handlers/${handler}.ts`;

/** The program of the builds, `run.mjs` and what it loads when it needs it, for the Node that the buildspecs choose. */
export function bundleBuilds(projectRoot: string, outdir: string): void {
  const alias = { ...ALIASES, '@aws-sdk/credential-provider-node': './builds/aws/credentials.ts' };
  bundle(projectRoot, outdir, { splitting: true, alias, target: 'node22' }, [{ in: 'builds/main.ts', out: 'run' }]);
}

function bundle(
  absWorkingDir: string,
  outdir: string,
  options: Pick<BuildOptions, 'splitting' | 'alias' | 'target'>,
  entryPoints: { in: string; out: string }[],
): void {
  const all = {
    absWorkingDir,
    entryPoints,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The runtime's own SDK changes without notice and is slower to load, so nothing is external.
    mainFields: ['module', 'main'],
    alias: ALIASES,
    minify: true,
    banner: { js: REQUIRE },
    logLevel: 'warning',
    ...options,
  } satisfies BuildOptions;
  bundleOnce(process.env.RUNBOOK_BUNDLE_CACHE, absWorkingDir, all, outdir, (folder) =>
    Object.keys(buildSync({ ...all, outdir: folder, metafile: true }).metafile.inputs),
  );
}
