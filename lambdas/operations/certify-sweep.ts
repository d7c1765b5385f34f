import { sweepVerdict } from '../checks/sweep-verdict.ts';
import { type Clock, instantOf } from '../shared/clock.ts';
import type { LastSweep } from '../shared/record.ts';
import type { VerdictEvent, VerdictResult } from '../shared/request.ts';

export interface CertifyPorts {
  bucket: string;
  writeJson(key: string, value: unknown): Promise<void>;
  /** Only while the record is still of that run; there may be none at all. */
  recordSweep(environment: string, run: string, sweep: LastSweep): Promise<boolean>;
  clock: Clock;
}

/** Step Functions carries the result in a state of 256 KiB; the certificate in S3 has them all. */
const CARRIED = 50;

export async function certifySweep({ request, passes }: VerdictEvent, ports: CertifyPorts): Promise<VerdictResult> {
  const { environment, run, execution, keys } = request;
  const { verdict, leftovers, unknown, absent, summary } = sweepVerdict(passes);
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
