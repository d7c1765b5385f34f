import type { HandlerEnvironment } from '../contracts/functions.ts';
import { environmentNames, runKeys } from '../contracts/naming.ts';
import { orphanReport } from '../contracts/orphans.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { SWEEP_SERVICES, type SweepService } from '../contracts/sweep-request.ts';
import type { OrphanPorts } from '../sweep/find-orphans.ts';
import { managedResources } from '../sweep/managed-resources.ts';
import { type Sweeper, sweepService } from '../sweep/sweep-service.ts';
import { readText, writeJson } from './objects.ts';
import { removalScope, sweepPorts } from './sweep-ports.ts';
import { loadSweeper } from './sweepers.ts';
import { readTags } from './tags.ts';

/** The inspection of one environment may take at most this long, so that one that hangs leaves time for the others. */
const MOST_MS = 240_000;

type Look = Pick<OrphanPorts, 'sweep' | 'known' | 'tags' | 'readReport' | 'writeReport'>;

/**
 * Returns the ports that inspect a live environment. They change nothing in it.
 * @param services the services that are swept
 */
export function orphanPorts(
  env: HandlerEnvironment<'orphans'>,
  { account, region, remainingMs }: { account: string; region: string; remainingMs(): number },
  services: readonly SweepService[] = SWEEP_SERVICES,
): Look {
  const requestOf = (record: EnvironmentRecord): PreflightRequest => {
    const { environment, run, commit, createdAt, stateBucket, lockTable, owner } = record;
    const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
    return {
      ...{ machine: 'sweep', environment, run, commit, accountId: account, region, record },
      execution: {
        id: owner ?? `arn:${partition}:lambda:${region}:${account}:orphans`,
        name: 'orphans',
        startTime: createdAt,
      },
      names: { ...environmentNames(env.NAME_PATTERN, environment, account), stateBucket, lockTable },
      keys: runKeys(environment, run),
    };
  };
  const reportKey = ({ environment, run }: EnvironmentRecord) => `${runKeys(environment, run).base}/orphans.json`;

  return {
    async sweep(record) {
      const request = requestOf(record);
      const timeout = AbortSignal.timeout(Math.max(1, Math.min(MOST_MS, remainingMs() - 20_000)));
      const ports = { ...sweepPorts(request, env, byTags, env.ALLOWED_REGIONS), timeout };
      const swept = services.map((service) => sweepService({ request, service, pass: 1 }, ports));
      return (await Promise.all(swept)).flatMap(({ findings }) => findings);
    },
    async known(record) {
      const { names, keys } = requestOf(record);
      const state = await readText(names.stateBucket, names.stateKey);
      // The next build pushes a state that an earlier build could not write.
      const errored = await readText(env.CONTROL_BUCKET, keys.erroredState);
      if (state.kind !== 'found' && errored.kind !== 'found') return undefined;
      const known = await Promise.all([state, errored].map((one) => managedResources(one, loadSweeper)));
      return new Set(known.flatMap((one) => [...one]));
    },
    tags: (finding, record) => readTags(finding.service, finding, removalScope(requestOf(record))),
    async readReport(record) {
      const stored = await readText(env.CONTROL_BUCKET, reportKey(record));
      if (stored.kind !== 'found') return undefined;
      // A report that cannot be read is written again, and operators are notified again.
      return orphanReport.safeParse(parseJson(stored.text)).data;
    },
    writeReport: (record, report) => writeJson(env.CONTROL_BUCKET, reportKey(record), report),
  };
}

/**
 * Loads a sweeper that finds Cloud Control's kinds only by their tags. A search by name would need about fifty lists,
 * to find resources that have the tags anyway.
 */
async function byTags(service: SweepService): Promise<Sweeper> {
  const sweeper = await loadSweeper(service);
  return service === 'cloudcontrol' ? { ...sweeper, list: async function* none() {} } : sweeper;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
