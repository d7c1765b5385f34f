import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { HANDLER_NAMES, type HandlerName } from '../lambdas/shared/environment.ts';

/** Bundles that contain CommonJS packages call require, which an ES module does not have. */
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/**
 * Bundles all handlers at once, which is many times quicker than NodejsFunction's process a function, and gives the
 * same bytes wherever it runs.
 * @returns the folder of a handler's bundle, `index.mjs`
 */
export function bundleHandlers(projectRoot: string): (handler: HandlerName) => string {
  const outdir = join(projectRoot, 'dist', 'lambdas');
  buildSync({
    absWorkingDir: projectRoot,
    entryPoints: HANDLER_NAMES.map((handler) => ({
      in: `lambdas/handlers/${handler}.ts`,
      out: `${handler}/index`,
    })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The runtime's own SDK changes without notice and is slower to load, so nothing is external.
    mainFields: ['module', 'main'],
    minify: true,
    banner: { js: REQUIRE },
    logLevel: 'warning',
  });
  return (handler) => join(outdir, handler);
}
