import { createHash } from 'node:crypto';
import { type Certificate, type CertifiedSweep, certificate } from '../contracts/certificate.ts';
import { type Look, observedAt, whyStale } from '../contracts/observed.ts';
import type { InventoryItem } from '../contracts/payloads/inventory.ts';
import { type EnvironmentRecord, type LastSweep, MAX_LEFT } from '../contracts/record.ts';
import { fileText, inOrder, type Signature } from '../contracts/signature.ts';
import {
  type FailedSweep,
  type SweepEntry,
  type SweepServicesResult,
  sweptFile,
  sweptOf,
  type VerdictEvent,
  type VerdictResult,
} from '../contracts/sweep-request.ts';
import { parseReport } from '../removal/unmanaged-report.ts';
import { renderCertificate } from '../report/certificate.ts';
import { awsFailure, describeError } from '../runtime/aws-errors.ts';
import { type Clock, instantOf } from '../runtime/clock.ts';
import { DependencyError, SafetyError } from '../runtime/errors.ts';
import type { Measurement } from '../runtime/metrics.ts';
import { makeCertificate, type SweepOutcome } from './make-certificate.ts';
import { identityIn, type SweepConclusion, sweepVerdict } from './sweep-verdict.ts';
import type { StoredText } from './take-inventory.ts';

export interface CertifyPorts {
  bucket: string;
  /** Reads an object of the control bucket. */
  read(key: string): Promise<StoredText>;
  readVersion(key: string): Promise<{ text: string | undefined; etag: string | undefined }>;
  /**
   * Signs the certificate. The function returns undefined when KMS did not sign, and never throws: no verdict depends
   * on it.
   */
  sign(content: Certificate): Promise<Signature | undefined>;
  /** Whether it carries a signature of this account's key over all that it says. Never throws: what nobody can check is not signed. */
  isSigned(content: Record<string, unknown>): Promise<boolean>;
  /** Replaces that version. @returns false when it is another one by now */
  replaceJson(key: string, value: unknown, etag: string | undefined): Promise<boolean>;
  /** Returns whether the page was written. The function never throws: no verdict depends on a page. */
  writePage(key: string, page: string): Promise<boolean>;
  /** Returns the inventory of the run from before its destroy. It is empty when none was taken. */
  inventory(): Promise<InventoryItem[]>;
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /**
   * Writes the sweep to the record, if the record still has that run and no sweep that was observed later. The record
   * may not exist.
   */
  recordSweep(environment: string, run: string, sweep: LastSweep): Promise<boolean>;
  emit(measurements: readonly Measurement[]): void;
  clock: Clock;
}

/** Step Functions carries the result in a state of 256 KiB. The certificate in S3 has all findings. */
const CARRIED = 50;
/** A person reads the summary. */
const REASONS = 3;
/** Two sweeps of one run may end at once, but hardly more. */
const ATTEMPTS = 5;

/**
 * Gives the verdict, and appends the sweep to the certificate of its run. Nothing holds an environment during a delayed
 * sweep. If the environment is live again by now, the findings may belong to the new life, and there is no verdict.
 * @throws {SafetyError} for findings from long ago, since a redrive of this state does not sweep again
 */
export async function certifySweep(event: VerdictEvent, ports: CertifyPorts): Promise<VerdictResult> {
  const { request, passes } = event;
  const { environment, run, execution, keys } = request;
  const record = await ports.loadRecord(environment);
  if (record && record.run !== run && record.status !== 'GONE') {
    const summary = `no verdict: ${environment} lives again since this sweep began, as run ${record.run}, whose own teardown will be swept`;
    return { verdict: 'SUPERSEDED', leftovers: [], unknown: [], summary };
  }
  const entries = await Promise.all(passes.map((calls) => Promise.all(calls.map((one) => entriesOf(one, ports)))));
  const byPass = entries.map((pass) => pass.flat());
  const identity = identityIn(request.region);
  const conclusion = withReasons(
    sweepVerdict(byPass, sweptOf(request), request.region),
    await notRemoved(keys.unmanaged, identity, ports),
    identity,
  );
  const looks = passes.flat().map(lookOf);
  const stale = whyStale(looks, ports.clock.now());
  if (stale) throw new SafetyError(`no verdict: ${stale}. Start a new sweep: npx runbook sweep ${environment}`);
  const at = instantOf(observedAt(conclusion.verdict, looks, Date.parse(execution.startTime)));
  const inventory = await inventoryOf(ports);
  const outcome: SweepOutcome = { request, calls: passes, entries: byPass.flat(), conclusion, inventory, at };

  const key = `${keys.base}/certificate.json`;
  const html = `${keys.base}/certificate.html`;
  const { written, isOwn } = await append(key, outcome, digestIn(record, run), ports);
  const { whole, paged } = await publish({ key, html }, written, ports);
  const last = whole.sweeps.at(-1);
  // Whoever has replaced the certificate meanwhile records the digest of theirs.
  const digest = isOwn && digestOf(whole) === digestOf(written) ? { digest: digestOf(written) } : {};
  if (last) await ports.recordSweep(environment, run, { ...recordOf(last, key), ...digest });
  const { verdict, leftovers, unknown, summary } = told(conclusion, last);
  ports.emit([
    { metric: 'Sweeps', value: 1, of: verdict },
    { metric: 'Leftovers', value: leftovers.length },
  ]);
  return {
    verdict,
    leftovers: leftovers.slice(0, CARRIED),
    unknown: unknown.slice(0, CARRIED),
    summary,
    certificate: { bucket: ports.bucket, key, ...(paged ? { html } : {}) },
  };
}

function recordOf(last: CertifiedSweep, certificate: string): LastSweep {
  const { verdict, at, execution, provenance } = last;
  const left = last.leftovers.slice(0, MAX_LEFT).map(({ service, type, id, arn }) => `${service} ${type} ${arn ?? id}`);
  return {
    ...{ verdict, at, execution, certificate },
    ...(provenance ? { provenance } : {}),
    ...(left.length > 0 ? { left } : {}),
  };
}

type Identity = ReturnType<typeof identityIn>;

/** Why the removal before left it, by what it left; empty when nothing says so. No verdict depends on it. */
async function notRemoved(key: string, identity: Identity, ports: CertifyPorts): Promise<ReadonlyMap<string, string>> {
  try {
    const report = parseReport(await ports.read(key));
    return new Map((report?.kept ?? []).map((one) => [identity(one), one.reason]));
  } catch (error) {
    if (error instanceof DependencyError) return new Map();
    throw error;
  }
}

function withReasons(
  conclusion: SweepConclusion,
  reasons: ReadonlyMap<string, string>,
  identity: Identity,
): SweepConclusion {
  const told: string[] = [];
  const leftovers = conclusion.leftovers.map((one) => {
    const why = reasons.get(identity(one));
    if (why === undefined) return one;
    told.push(`${one.type} ${one.id}: ${why}`);
    return { ...one, reason: `${one.reason}; not removed: ${why}` };
  });
  if (told.length === 0) return conclusion;
  const more = told.length > REASONS ? `; and ${told.length - REASONS} more` : '';
  const summary = `${conclusion.summary}; not removed: ${told.slice(0, REASONS).join('; ')}${more}`;
  return { ...conclusion, leftovers, summary };
}

/** Returns an empty list for an inventory that cannot be read. Each sweep that needed it reported it as UNKNOWN. */
async function inventoryOf(ports: CertifyPorts): Promise<InventoryItem[]> {
  try {
    return await ports.inventory();
  } catch (error) {
    if (error instanceof DependencyError) return [];
    throw error;
  }
}

/** Another sweep of the run may have observed leftovers after this one. The run is not clean then. */
function told(own: SweepConclusion, last: CertifiedSweep | undefined): Omit<SweepConclusion, 'absent' | 'excluded'> {
  if (own.verdict !== 'CLEAN' || !last || last.verdict === 'CLEAN') return own;
  return { ...last, summary: `${last.summary}; seen by ${last.execution}, and not by this sweep, which is older` };
}

/**
 * Writes the page of the certificate. Another writer that has replaced the certificate in the meantime may have written
 * its page earlier, so the certificate is read again.
 */
async function publish(
  { key, html }: { key: string; html: string },
  written: Certificate,
  ports: CertifyPorts,
): Promise<{ whole: Certificate; paged: boolean }> {
  let whole = certificate.parse(written);
  for (let attempt = 1; ; attempt += 1) {
    const paged = await ports.writePage(html, renderCertificate(whole, `s3://${ports.bucket}/${key}`));
    const latest = beforeNow(parse((await ports.readVersion(key)).text, whole), ports.clock.now());
    if (!latest || JSON.stringify(latest) === JSON.stringify(whole)) return { whole, paged };
    whole = latest;
    if (attempt === ATTEMPTS) throw new DependencyError(`${key} is written by others again and again`);
  }
}

/** Only this function writes the digest to the record. The certificate lies in a bucket into which others may write. */
function digestIn(record: EnvironmentRecord | null, run: string): string | undefined {
  return record?.run === run ? record.lastSweep?.digest : undefined;
}

function digestOf(content: Record<string, unknown>): string {
  return createHash('sha256').update(fileText(content)).digest('hex');
}

/**
 * A signature vouches for what this function has seen: over what somebody else has changed there is none any more. The
 * digest in the record vouches for what KMS did not sign, or cannot verify now.
 * @returns the certificate, and whether this function vouches for all of it
 */
async function append(
  key: string,
  outcome: SweepOutcome,
  digest: string | undefined,
  ports: CertifyPorts,
): Promise<{ written: Certificate; isOwn: boolean }> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { text, etag } = await ports.readVersion(key);
    const before = beforeNow(parse(text, outcome.request), ports.clock.now());
    const content = makeCertificate(outcome, before);
    const isOwn = !before || digestOf(rawObject(text)) === digest || (await ports.isSigned(rawObject(text)));
    const signature = isOwn ? await ports.sign(content) : undefined;
    const written = signature ? { ...content, signature } : content;
    if (await ports.replaceJson(key, inOrder(written), etag)) return { written, isOwn };
  }
  throw new DependencyError(`${key} is written by others again and again`);
}

/** One that cannot be read, or is about another run, is begun anew; the bucket keeps its older version. */
function parse(text: string | undefined, { environment, run }: Run): Certificate | undefined {
  try {
    const found = text === undefined ? undefined : certificate.parse(JSON.parse(text));
    return found?.environment === environment && found.run === run ? found : undefined;
  } catch {
    return undefined;
  }
}
type Run = Pick<Certificate, 'environment' | 'run'>;

const rawObject = (text = '{}') => JSON.parse(text) as Record<string, unknown>;

/** Clocks of two functions differ by less. */
const CLOCKS_MS = 60_000;

/** What is yet to come, nobody has seen: it would be the last word on every sweep until then. */
function beforeNow(found: Certificate | undefined, now: number): Certificate | undefined {
  return found && { ...found, sweeps: found.sweeps.filter(({ at }) => Date.parse(at) <= now + CLOCKS_MS) };
}

/** Returns undefined for a call that failed. */
function lookOf(call: Call): Look | undefined {
  return 'key' in call ? { from: Date.parse(call.startedAt), to: Date.parse(call.endedAt) } : undefined;
}

type Call = VerdictEvent['passes'][number][number];

/**
 * Returns the findings of a call. If the call failed, or its findings cannot be read, each of its services is a failed
 * one.
 */
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
