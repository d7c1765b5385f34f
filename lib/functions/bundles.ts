import { join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { HANDLER_NAMES, type HandlerName } from '../../lambdas/contracts/functions.ts';
import { bundleOnce } from './bundle-cache.ts';

/** Bundles with CommonJS packages call require, which does not exist in an ES module. */
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/** These handlers load most of their code on demand. Each of them gets a bundle of several files. */
const SPLIT: ReadonlySet<HandlerName> = new Set(['sweep-services', 'remove-unmanaged']);

/** No function uses these parts of the SDK, and the values replace them. */
const ALIASES = {
  '@aws-sdk/credential-provider-node': './lambdas/aws/environment-credentials.ts',
  '@smithy/core/event-streams': './lambdas/aws/no-event-streams.ts',
};

/**
 * Bundles all handlers and the team's own checks in one run. This is many times faster than one process for each
 * function, as NodejsFunction does, and produces the same bytes on every machine.
 * @param outdir a folder for this synthesis only, because two syntheses of a checkout may run at once
 * @returns the folder of a function's bundle, which contains `index.mjs`
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

/**
 * Bundles the program of the builds: `run.mjs`, and the modules that it loads on demand. The target is the Node version
 * of the buildspecs.
 */
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
    // The runtime's own SDK changes without notice and is slower to load, so no module is external.
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
