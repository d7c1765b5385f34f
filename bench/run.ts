import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { awsLife } from './aws-life.ts';
import type { Bench, Row } from './bench.ts';
import { bucket } from './bucket.ts';
import { bundles } from './bundles.ts';
import { environments } from './environments.ts';
import { lab } from './lab.ts';
import { life } from './life.ts';
import { sweep } from './sweep.ts';
import { formatRows } from './table.ts';

const BENCHES: readonly Bench[] = [bundles, lab, sweep, bucket, awsLife, life, environments];
const projectRoot = resolve(import.meta.dirname, '..');
const RESULTS = join(import.meta.dirname, 'results.json');

interface Results {
  [bench: string]: { at: string; machine: string; quick: boolean; seconds: number; rows: Row[] };
}

const program = new Command('npm run bench --')
  .description(
    'Measures what this project claims, each against what people would use instead, in the same run. Writes bench/results.json; a bench that is not named keeps the result that it had.',
  )
  .addArgument(
    new Argument('[benches...]', 'all by default').choices(BENCHES.map(({ name }) => name)).default([], 'all'),
  )
  .option('-q, --quick', 'small sizes: does it work; not written to bench/results.json', false)
  .option('--json', 'print the results as JSON', false)
  .action(measure);
// The processes that a lab has started are killed when this process exits. A signal alone would end this process
// without that step.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
await program.parseAsync();

async function measure(names: string[], { quick, json }: { quick: boolean; json: boolean }): Promise<void> {
  const results: Results = existsSync(RESULTS) && !quick ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  for (const bench of BENCHES.filter(({ name }) => names.length === 0 || names.includes(name))) {
    say(`\n${bench.title}`);
    const startedAt = Date.now();
    const rows = await bench.run({ projectRoot, quick, say: (line) => say(`  ${line}`) });
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    results[bench.name] = { at: new Date(startedAt).toISOString(), machine: machine(), quick, seconds, rows };
    if (!json) for (const line of formatRows(rows)) console.log(line);
    if (!quick) writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  }
  if (json) console.log(JSON.stringify(results, null, 2));
  const missed = Object.entries(results).flatMap(([name, { rows }]) =>
    rows.filter(({ met }) => met === false).map(({ what, aim }) => `${name}: ${what}, aim ${aim}`),
  );
  if (missed.length > 0) say(`\naims that are not met:\n  ${missed.join('\n  ')}`);
}

function machine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform}`;
}
