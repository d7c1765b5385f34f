import { afterAll, beforeAll, vi } from 'vitest';
import { allowed } from './allowed.ts';
import { type Cell, sample } from './cells.ts';
import { Endpoint } from './endpoint.ts';

export const endpoint = new Endpoint();

beforeAll(async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', await endpoint.listen());
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('WAIT_SECONDS', '1');
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT');
});

afterAll(() => {
  vi.unstubAllEnvs();
  endpoint.close();
});

/** No sweep and no search for orphaned resources needs this number of calls here. */
const MOST_CALLS = 1_000;
/** The seed determines the cells of a sample. */
const SEED = Number(process.env.FAULTS_SEED ?? Math.floor(Math.random() * 2 ** 31));

/**
 * Returns a sample of the items from which cells are created, because the creation of all cells takes long. With
 * FAULTS=all, the function returns all items.
 */
export function some<T>(items: readonly T[], size: number): readonly T[] {
  return process.env.FAULTS === 'all' ? items : sample(items, size, SEED);
}

/**
 * Runs a sample of the cells, or all of them with FAULTS=all. Prints the number of cells and the seed that chose them.
 * @returns all cells, and the problems of those that are wrong
 */
export async function runMatrix(title: string, size: number, cellsOf: (endpoint: Endpoint) => Promise<Cell[]>) {
  const cells = await cellsOf(endpoint);
  const chosen = process.env.FAULTS === 'all' ? cells : sample(cells, size, SEED);
  const wrong: string[] = [];
  endpoint.mostCalls = MOST_CALLS;
  let excused = 0;
  for (const cell of chosen) {
    endpoint.calls = 0;
    const outcome = await cell.run().catch((error: Error) => `${error.name}: ${error.message}`);
    const problem = outcome ?? (endpoint.calls > MOST_CALLS ? `more than ${MOST_CALLS} calls` : undefined);
    endpoint.pass = (answer) => answer;
    if (problem === undefined) continue;
    if (allowed(cell)) excused += 1;
    else wrong.push(`${cell.name}: ${problem}`);
  }
  endpoint.mostCalls = Number.POSITIVE_INFINITY;
  const which = process.env.FAULTS === 'all' ? 'all' : `FAULTS_SEED=${SEED}`;
  console.log(
    `faults: ${title}: ${chosen.length} of ${cells.length} cells (${which}), ${wrong.length} wrong, ${excused} allowed`,
  );
  return { cells, wrong };
}
