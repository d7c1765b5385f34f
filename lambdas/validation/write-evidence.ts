import { type CheckResult, REPORT } from '../contracts/contracts.ts';
import { endOf, whyUnsettled } from '../contracts/lease.ts';
import { observedAt, whyStale } from '../contracts/observed.ts';
import type { EvidenceEvent, EvidenceResult } from '../contracts/payloads/validation.ts';
import {
  type EnvironmentRecord,
  type LastValidation,
  type PartialValidation,
  partialLabel,
} from '../contracts/record.ts';
import { costSoFar } from '../contracts/spending.ts';
import { type Applied, appliedOf } from '../environment/record-verdict.ts';
import { renderReport } from '../report/page.ts';
import { type Clock, instantOf } from '../runtime/clock.ts';
import { SafetyError } from '../runtime/errors.ts';
import type { Measurement, MetricName } from '../runtime/metrics.ts';
import { validationVerdict } from './verdict.ts';

export interface EvidencePorts {
  bucket: string;
  /** These are all checks of the stack. */
  checks: readonly string[];
  writeJson(key: string, value: unknown): Promise<void>;
  /** Writes a page, and returns whether it was written. It never throws, because no verdict depends on a page. */
  writePage(key: string, page: string): Promise<boolean>;
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /**
   * Updates the record, unless it belongs to another run or contains a later validation.
   * @throws {DependencyError} when the environment is not any more what was seen
   */
  recordValidation(
    environment: string,
    run: string,
    validation: { lastValidation: LastValidation } | { lastPartialValidation: PartialValidation },
    seen: Applied | undefined,
  ): Promise<boolean>;
  emit(measurements: readonly Measurement[]): void;
  clock: Clock;
}

const METRIC_OF: Record<CheckResult['status'], MetricName> = {
  passed: 'ChecksPassed',
  failed: 'ChecksFailed',
  unknown: 'ChecksUnknown',
};

/**
 * Stores the observations, and returns the verdict.
 * @throws {SafetyError} for observations that are too old: a redrive of this state does not observe again
 */
export async function writeEvidence(
  { request, results }: EvidenceEvent,
  ports: EvidencePorts,
): Promise<EvidenceResult> {
  const { environment, run, execution, commit, keys, accountId, region, record } = request;
  const now = ports.clock.now();
  const asked = request.checks ?? ports.checks;
  const current = await ports.loadRecord(environment);
  const unsettled = whyUnsettled(record) ?? whyChanged(record, current);
  const validation = validationVerdict(asked, results, new Date(now).toISOString(), unsettled);
  const { verdict, failed, unknown, looks } = validation;
  const stale = whyStale(looks, now);
  if (stale) throw new SafetyError(`no verdict: ${stale}. Start a new validation: npx runbook validate ${environment}`);
  // A check whose clock is ahead must not hide the verdicts that follow.
  const at = instantOf(Math.min(observedAt(verdict, looks, Date.parse(execution.startTime)), now));
  const notAsked = ports.checks.filter((check) => !asked.includes(check));
  const partial = notAsked.length > 0 ? partialLabel(asked.length, asked.length + notAsked.length) : undefined;
  const summary = partial ? `${partial}: ${validation.summary}` : validation.summary;
  const prefix = `${keys.base}/validations/${execution.name}`;
  const report = `${prefix}/${REPORT}.json`;
  const html = `${prefix}/${REPORT}.html`;
  const page = renderReport({
    ...{ environment, run, commit, accountId, region, execution, verdict },
    ...(record ? { createdAt: record.createdAt, expiresAt: instantOf(endOf(record)) } : {}),
    ...(record?.usdPerHour === undefined
      ? {}
      : { usdPerHour: record.usdPerHour, usdSoFar: costSoFar(record, now) ?? 0 }),
    ...(unsettled ? { unsettled } : {}),
    at: new Date(now).toISOString(),
    checks: validation.results,
    notAsked,
    folder: `s3://${ports.bucket}/${prefix}/`,
  });
  const head = { environment, run, commit, execution: execution.id, at, verdict, summary };
  const [paged] = await Promise.all([
    ports.writePage(html, page),
    ports.writeJson(report, { ...head, notAsked, checks: validation.results }),
    ...validation.results.map((result) => ports.writeJson(`${prefix}/${result.check}.json`, result)),
  ]);
  // This step is last, because the record contains the place of the report.
  const applied = current?.applied === undefined ? {} : { applied: current.applied };
  const last = { verdict, at, execution: execution.id, report, ...applied };
  await ports.recordValidation(
    environment,
    run,
    partial
      ? { lastPartialValidation: { ...last, checks: [...asked], of: asked.length + notAsked.length } }
      : { lastValidation: last },
    current ? appliedOf(current) : undefined,
  );
  ports.emit(validation.results.map(({ check, status }) => ({ metric: METRIC_OF[status], value: 1, of: check })));
  return {
    verdict,
    failed,
    unknown,
    summary,
    ...(partial ? { partial } : {}),
    evidence: { bucket: ports.bucket, prefix, report, ...(paged ? { html } : {}) },
  };
}

/** Says why the checks may have looked at something else than what exists now. */
function whyChanged(before: EnvironmentRecord | null, now: EnvironmentRecord | null): string | undefined {
  if (before?.run === now?.run && before?.applied === now?.applied) return whyUnsettled(now);
  const by = now?.owner ?? 'somebody';
  return `${by} has changed the environment while its checks ran`;
}
