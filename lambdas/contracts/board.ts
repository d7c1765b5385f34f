import * as z from 'zod';
import { sweepVerdict } from './contracts.ts';
import { instant } from './record.ts';

/** The pages for people without a command line, and what they are made from. Keys are of the control bucket. */

export const BOARD_PAGE = 'board/index.html';
/** Every run that was swept: what is left of it, and what it cost. A record knows the last sweep of an environment alone. */
export const LEDGER = 'board/runs.json';

/** Of one life of an environment. */
export function runPageKey(environment: string, run: string): string {
  return `environments/${environment}/runs/${run}/index.html`;
}

/** A notification, as it was published. */
export const message = z.object({ at: instant, subject: z.string(), text: z.string(), execution: z.string() });
export type Message = z.infer<typeof message>;

export function messageKey(
  environment: string,
  run: string,
  { at, execution }: Pick<Message, 'at' | 'execution'>,
): string {
  const name = execution.slice(execution.lastIndexOf(':') + 1);
  return `environments/${environment}/runs/${run}/messages/${at}-${name}.json`;
}

/** What was read, or why it was not. A page never shows the second as an empty list. */
export type Read<T> = { kind: 'read'; value: T } | { kind: 'unknown'; why: string };

const ledgerRun = z.object({
  environment: z.string(),
  run: z.string(),
  verdict: sweepVerdict,
  /** Of the last sweep. */
  at: instant,
  /** Key of the certificate. */
  certificate: z.string(),
  /** USD an hour is absent where nobody knows it. */
  leftovers: z.array(
    z.object({ service: z.string(), type: z.string(), id: z.string(), usdPerHour: z.number().optional() }),
  ),
  /** How many resources could not be confirmed. */
  unconfirmed: z.number().int(),
  /** Why the certificate could not be read: then the rest is as it was known before. */
  unread: z.string().optional(),
  /** Absent when the certificate does not say. */
  cost: z.object({ usdPerHour: z.number(), from: instant, to: instant }).optional(),
});
export type LedgerRun = z.infer<typeof ledgerRun>;

export const ledger = z.object({
  version: z.literal(1),
  /** Sweeps before this time are not in it. */
  since: instant,
  runs: z.array(ledgerRun),
});
export type Ledger = z.infer<typeof ledger>;

/** An execution that runs. */
export interface UnderWay {
  machine: string;
  /** ARN. */
  execution: string;
  environment?: string | undefined;
  /** Milliseconds since the epoch, as in the step. */
  startedAt: number;
  /** Absent before the first state. */
  step: Read<{ name: string; since: number } | undefined>;
}

/** A build of a run, with the end of its log. */
export interface RunBuildView {
  id: string;
  /** `apply`, or the name of the project. */
  what: string;
  status: string;
  startedAt?: number | undefined;
  endedAt?: number | undefined;
  log: Read<readonly string[]>;
}

/** A validation, from its report. */
export const keptValidation = z.object({
  verdict: z.string(),
  at: z.string(),
  summary: z.string(),
  /** Checks of the stack that nobody asked for. */
  notAsked: z.array(z.string()).default([]),
  checks: z.array(
    z.object({ check: z.string(), status: z.string(), expected: z.string().default(''), observed: z.string() }),
  ),
});
export type KeptValidation = z.infer<typeof keptValidation>;
