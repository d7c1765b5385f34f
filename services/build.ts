import { build } from 'esbuild';

/** Bundles one service into a single file: `node services/build.ts api` → dist/services/api/main.mjs */
const [service, outfile = `dist/services/${service}/main.mjs`] = process.argv.slice(2);
if (!service || !/^[a-z]+$/.test(service)) throw new Error('usage: node services/build.ts <service> [outfile]');

await build({
  entryPoints: [`services/${service}/main.ts`],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  // Stack traces and error names stay readable.
  keepNames: true,
  // An image build has no tsconfig.json. One in a folder above the services must not change the bundle.
  tsconfigRaw: {},
  external: ['pg-native'],
  // CommonJS dependencies call require() for Node's own modules, which an ES module does not have.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
  logLevel: 'warning',
});
