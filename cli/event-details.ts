import * as z from 'zod';
import { type Finding, finding, type SweepVerdict, sweepVerdict } from '../lambdas/contracts/contracts.ts';
import { isObject, parse } from './json.ts';

/** This is one line of a validation: the conclusion of a check, and its observation. */
const checkRow = z.object({
  check: z.string(),
  status: z.enum(['passed', 'failed', 'unknown']),
  expected: z.string().optional(),
  observed: z.string(),
});
export type CheckRow = z.infer<typeof checkRow>;

/** The validate machine passes on this reason why a check has no result. */
const checkFailure = z.object({ check: z.string(), error: z.string(), cause: z.string() });

const location = z.object({
  bucket: z.string(),
  key: z.string().optional(),
  report: z.string().optional(),
  html: z.string().optional(),
});

export interface SweepReport {
  verdict: SweepVerdict;
  summary: string;
  leftovers: Finding[];
  unknown: Finding[];
  /** The value is `s3://…` */
  certificate?: string;
}

/**
 * This is the output of the sweep's own machine. A machine that started a sweep passes on a shorter form, and the
 * sweep's own report has been read by then.
 */
const sweepPayload = z.object({
  verdict: sweepVerdict,
  summary: z.string(),
  leftovers: z.array(finding).default([]),
  unknown: z.array(finding).default([]),
  certificate: location.optional(),
});

/** The interface contains what a state's output shows an operator. */
export interface Described {
  checks: CheckRow[];
  sweep?: SweepReport;
  /** The value is the `s3://…` of a validation's evidence. */
  evidence?: string;
  /** The text has a few words. The member is absent when there is nothing to show. */
  detail?: string;
  /** The state has created a plan with this number of changes. */
  planned?: number;
  /** The state succeeded, and its result is a refusal. */
  refused?: true;
}

/** @param json the output of a state, or a task's result; the function reads the payload of a Lambda invocation */
export function describeOutput(json: string | undefined): Described {
  const output = parse(json);
  const payload = isObject(output) && 'Payload' in output ? output.Payload : output;
  const checks = (Array.isArray(payload) ? payload : [payload]).flatMap((value) => checkOf(value) ?? []);
  const sweep = sweepOf(payload);
  const evidence = isObject(payload) ? s3Url(location.safeParse(payload.evidence).data) : undefined;
  const refused = isObject(payload) && payload.approved === false;
  if (refused) return { checks, refused, detail: `refused: ${payload.reason || 'no reason was given'}` };
  const detail = checks.length === 1 ? checks[0]?.observed : (summaryOf(payload) ?? counts(payload));
  const planned = plannedIn(payload);
  return {
    checks,
    ...(sweep ? { sweep } : {}),
    ...(evidence ? { evidence } : {}),
    ...(detail ? { detail } : {}),
    ...(planned === undefined ? {} : { planned }),
  };
}

/** The links are shown once and in full at the end of an execution. */
const LINKS = /; (?:report|evidence|certificate): s3:\/\/[^\s;]+/g;

/**
 * Returns an error in a readable form. Causes are often JSON: of a Lambda function's error (whose message may be a
 * check result), of a build, or of a nested execution.
 */
export function describeFailure(
  error: string | undefined,
  cause: string | undefined,
): { detail: string; check?: CheckRow } {
  const parsed = parse(cause);
  if (!isObject(parsed)) return { detail: join(error, cause?.replaceAll(LINKS, '')) };
  if (typeof parsed.errorMessage === 'string') {
    const check = checkRow.safeParse(parse(parsed.errorMessage)).data;
    return check ? { detail: check.observed, check } : { detail: join(error, parsed.errorMessage) };
  }
  if (typeof parsed.ExecutionArn === 'string') {
    const name = parsed.ExecutionArn.split(':').slice(-2).join(':');
    const failure =
      typeof parsed.Error === 'string'
        ? `: ${join(parsed.Error, String(parsed.Cause ?? '').replaceAll(LINKS, ''))}`
        : '';
    return { detail: `execution ${name} ${parsed.Status ?? 'failed'}${failure}` };
  }
  const build = isObject(parsed.Build) ? parsed.Build : parsed;
  if (typeof build.BuildStatus === 'string') return { detail: describeBuild(build) };
  return { detail: join(error, cause) };
}

/** Returns what a `.sync` task has started, from the output of its TaskSubmitted event. */
export function describeSubmission(resourceType: string | undefined, json: string | undefined) {
  const output = parse(json);
  if (!isObject(output)) return {};
  if (resourceType === 'states' && typeof output.ExecutionArn === 'string') {
    return { execution: output.ExecutionArn, detail: `execution ${output.ExecutionArn.split(':').at(-1)}` };
  }
  const build = isObject(output.Build) ? output.Build : undefined;
  return build && typeof build.Id === 'string' ? { build: build.Id, detail: `build ${build.Id}` } : {};
}

function checkOf(value: unknown): CheckRow | undefined {
  const row = checkRow.safeParse(value).data;
  if (row) return row;
  const failure = checkFailure.safeParse(value).data;
  if (!failure) return undefined;
  const { check, detail } = describeFailure(failure.error, failure.cause);
  return check ?? { check: failure.check, status: 'unknown', observed: detail };
}

function sweepOf(value: unknown): SweepReport | undefined {
  const payload = sweepPayload.safeParse(value).data;
  if (!payload) return undefined;
  const { certificate, ...sweep } = payload;
  const url = s3Url(certificate);
  return { ...sweep, ...(url ? { certificate: url } : {}) };
}

function summaryOf(value: unknown): string | undefined {
  return isObject(value) && typeof value.summary === 'string' ? value.summary : undefined;
}

function s3Url(place: z.infer<typeof location> | undefined): string | undefined {
  // The page for people comes first, if there is one.
  const key = place?.html ?? place?.key ?? place?.report;
  return place && key ? `s3://${place.bucket}/${key}` : undefined;
}

/**
 * Describes the end of a build. If the build itself exported a text about its end, the text is for people. Otherwise
 * the failed phase has a message.
 */
function describeBuild(build: Record<string, unknown>): string {
  const variables = Array.isArray(build.ExportedEnvironmentVariables)
    ? build.ExportedEnvironmentVariables.filter(isObject)
    : [];
  const said = (name: string) => variables.find(({ Name }) => Name === name)?.Value;
  if (said('REFUSED')) return `build ${build.Id} was refused: ${said('REFUSED')}`;
  const phases = Array.isArray(build.Phases) ? build.Phases.filter(isObject) : [];
  const failed = phases.find((phase) => phase.PhaseStatus !== undefined && phase.PhaseStatus !== 'SUCCEEDED');
  const contexts = failed && Array.isArray(failed.Contexts) ? failed.Contexts.filter(isObject) : [];
  const message = contexts.map((context) => context.Message).find((text) => typeof text === 'string' && text !== '');
  const phase = failed ? ` in ${failed.PhaseType}` : '';
  const why = said('FAILURE') || message;
  return `build ${build.Id} ${build.BuildStatus}${phase}${why ? `: ${why}` : ''}`;
}

/** Returns the number of planned changes. A rollout adds and changes resources, and a teardown only destroys them. */
function plannedIn(value: unknown): number | undefined {
  if (!isObject(value)) return undefined;
  const counts = [value.add, value.change, value.destroy].filter((count) => typeof count === 'number');
  return counts.length > 0 ? counts.reduce((sum, count) => sum + count, 0) : undefined;
}

/** These counts are useful to an operator. A state's other values are for the machine. */
const COUNTS = ['add', 'change', 'destroy', 'resources', 'destroyed', 'deleted', 'unmanaged'];

/** Returns the counts of an output, such as `add 83, change 0, destroy 0`. */
function counts(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const words = COUNTS.flatMap((key) => (typeof value[key] === 'number' ? [`${key} ${value[key]}`] : []));
  return words.length > 0 ? words.join(', ') : undefined;
}

const join = (error: string | undefined, cause: string | undefined) =>
  [error, cause].filter(Boolean).join(': ') || 'no reason given';
