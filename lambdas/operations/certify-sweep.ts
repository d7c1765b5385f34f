import { sweepVerdict } from '../checks/sweep-verdict.ts';
import { awsFailure, describeError } from '../shared/aws-errors.ts';
import { type Clock, instantOf } from '../shared/clock.ts';
import type { LastSweep } from '../shared/record.ts';
import {
  type FailedSweep,
  type SweepEntry,
  type SweepServicesResult,
  sweptFile,
  type VerdictEvent,
  type VerdictResult,
} from '../shared/request.ts';
import type { StoredText } from './take-inventory.ts';

export interface CertifyPorts {
  bucket: string;
  /** Of the control bucket. */
  read(key: string): Promise<StoredText>;
  writeJson(key: string, value: unknown): Promise<void>;
  /** Only while the record is still of that run; there may be none at all. */
  recordSweep(environment: string, run: string, sweep: LastSweep): Promise<boolean>;
  clock: Clock;
}

/** Step Functions carries the result in a state of 256 KiB; the certificate in S3 has them all. */
const CARRIED = 50;

export async function certifySweep({ request, passes }: VerdictEvent, ports: CertifyPorts): Promise<VerdictResult> {
  const { environment, run, execution, keys } = request;
  const entries = await Promise.all(passes.map((calls) => Promise.all(calls.map((one) => entriesOf(one, ports)))));
  const { verdict, leftovers, unknown, absent, summary } = sweepVerdict(entries.map((pass) => pass.flat()));
  const at = instantOf(ports.clock.now());
  const key = `${keys.base}/sweeps/${execution.name}/certificate.json`;
  await ports.writeJson(key, {
    environment,
    run,
    execution: execution.id,
    at,
    passes: passes.length,
    verdict,
    summary,
    leftovers,
    unknown,
    absent,
  });
  await ports.recordSweep(environment, run, { verdict, at, execution: execution.id, certificate: key });
  return {
    verdict,
    leftovers: leftovers.slice(0, CARRIED),
    unknown: unknown.slice(0, CARRIED),
    summary,
    certificate: { bucket: ports.bucket, key },
  };
}

type Call = VerdictEvent['passes'][number][number];

/** What a call found. Each service of a call that failed, or whose findings cannot be read, is a failed one. */
async function entriesOf(call: Call, ports: CertifyPorts): Promise<SweepEntry[]> {
  const { services, pass } = call;
  const failed = (error: string, cause: string): FailedSweep[] =>
    services.map((service) => ({ service, pass, error, cause }));
  if (!('key' in call)) return failed(call.error, call.cause);
  try {
    return sweptFile.parse(JSON.parse(await textOf(call, ports)));
  } catch (error) {
    if (awsFailure(error) !== undefined) throw error;
    return failed('Unreadable', `what was found is not to be read from ${call.key}: ${describeError(error)}`);
  }
}

async function textOf({ key }: SweepServicesResult, ports: CertifyPorts): Promise<string> {
  const stored = await ports.read(key);
  if (stored.kind === 'found') return stored.text;
  throw new Error(stored.kind);
}
