import { validationVerdict } from '../checks/validation-verdict.ts';
import { type Clock, instantOf } from '../shared/clock.ts';
import { CHECKS } from '../shared/contracts.ts';
import type { LastValidation } from '../shared/record.ts';
import type { EvidenceEvent, EvidenceResult } from '../shared/request.ts';

export interface EvidencePorts {
  bucket: string;
  writeJson(key: string, value: unknown): Promise<void>;
  /** Only while the record is still of that run. */
  recordValidation(environment: string, run: string, validation: LastValidation): Promise<boolean>;
  clock: Clock;
}

/** Keeps what was observed, and says what it means. */
export async function writeEvidence(
  { request, results }: EvidenceEvent,
  ports: EvidencePorts,
): Promise<EvidenceResult> {
  const { environment, run, execution, commit, keys } = request;
  const now = ports.clock.now();
  const validation = validationVerdict(request.checks ?? CHECKS, results, new Date(now).toISOString());
  const { verdict, failed, unknown, summary } = validation;
  const prefix = `${keys.base}/validations/${execution.name}`;
  const report = `${prefix}/report.json`;
  await Promise.all(validation.results.map((result) => ports.writeJson(`${prefix}/${result.check}.json`, result)));
  // Last: a report says that the evidence it speaks of is there.
  await ports.writeJson(report, {
    environment,
    run,
    commit,
    execution: execution.id,
    at: instantOf(now),
    verdict,
    summary,
    checks: validation.results,
  });
  await ports.recordValidation(environment, run, { verdict, at: instantOf(now), execution: execution.id, report });
  return { verdict, failed, unknown, summary, evidence: { bucket: ports.bucket, prefix, report } };
}
