import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { HANDLER_NAMES, type HandlerName } from '../lambdas/shared/environment.ts';

/** Bundles that contain CommonJS packages call require, which an ES module does not have. */
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/** Handlers that load most of their code only when an event asks for it; each of them gets a bundle of several files. */
const SPLIT: ReadonlySet<HandlerName> = new Set(['sweep-services', 'remove-strays']);

/**
 * Bundles all handlers at once, which is many times quicker than NodejsFunction's process a function, and gives the
 * same bytes wherever it runs.
 * @returns the folder of a handler's bundle, `index.mjs`
 */
export function bundleHandlers(projectRoot: string): (handler: HandlerName) => string {
  const outdir = join(projectRoot, 'dist', 'lambdas');
  rmSync(outdir, { recursive: true, force: true });
  const whole = HANDLER_NAMES.filter((handler) => !SPLIT.has(handler));
  bundle(projectRoot, outdir, whole, false);
  for (const handler of SPLIT) bundle(projectRoot, join(outdir, handler), [handler], true);
  return (handler) => join(outdir, handler);
}

function bundle(absWorkingDir: string, outdir: string, handlers: readonly HandlerName[], splitting: boolean): void {
  buildSync({
    absWorkingDir,
    entryPoints: handlers.map((handler) => ({
      in: `lambdas/handlers/${handler}.ts`,
      out: splitting ? 'index' : `${handler}/index`,
    })),
    outdir,
    splitting,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The runtime's own SDK changes without notice and is slower to load, so nothing is external.
    mainFields: ['module', 'main'],
    alias: { '@aws-sdk/credential-provider-node': './lambdas/adapters/environment-credentials.ts' },
    minify: true,
    banner: { js: REQUIRE },
    logLevel: 'warning',
  });
}
