import * as z from 'zod';
import { sweepVerdict } from './contracts.ts';
import { instant } from './record.ts';

/**
 * This module describes the pages for people without a command line, and the data of these pages. Keys are in the
 * control bucket.
 */

export const BOARD_PAGE = 'board/index.html';
/**
 * The file lists the runs that were swept, with their leftovers and their cost. A record has only the last sweep of an
 * environment.
 */
export const LEDGER = 'board/runs.json';

/** Returns the key of the page of one run, that is, of one life of an environment. */
export function runPageKey(environment: string, run: string): string {
  return `environments/${environment}/runs/${run}/index.html`;
}

/** The schema describes a notification as it was published. */
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

/** A value was read, or `why` says why it was not. A page never shows an unknown value as an empty list. */
export type Read<T> = { kind: 'read'; value: T } | { kind: 'unknown'; why: string };

const ledgerRun = z.object({
  environment: z.string(),
  run: z.string(),
  verdict: sweepVerdict,
  /** The last sweep's verdict was observed at this time. */
  at: instant,
  /** The key of the certificate is in the control bucket. */
  certificate: z.string(),
  /** `usdPerHour` is absent where nobody knows the price. */
  leftovers: z.array(
    z.object({ service: z.string(), type: z.string(), id: z.string(), usdPerHour: z.number().optional() }),
  ),
  /** The value counts the resources that could not be confirmed. */
  unconfirmed: z.number().int(),
  /** The text says why the certificate could not be read. The other members are then as they were known before. */
  unread: z.string().optional(),
  /** The cost is absent when the certificate does not contain it. */
  cost: z.object({ usdPerHour: z.number(), from: instant, to: instant }).optional(),
});
export type LedgerRun = z.infer<typeof ledgerRun>;

export const ledger = z.object({
  version: z.literal(1),
  /** The list began at this time. Of earlier sweeps, it has only the last one of each record. */
  since: instant,
  runs: z.array(ledgerRun),
});
export type Ledger = z.infer<typeof ledger>;

/** Describes an execution that runs. */
export interface UnderWay {
  machine: string;
  /** The value is an ARN. */
  execution: string;
  environment?: string | undefined;
  /** The time is in milliseconds since the epoch, as is `step.since`. */
  startedAt: number;
  /** The value is undefined before the execution enters its first state. */
  step: Read<{ name: string; since: number } | undefined>;
}

/** Describes a build of a run, with the end of its log. */
export interface RunBuildView {
  id: string;
  /** The value is `apply`, or the name of the project. */
  what: string;
  status: string;
  startedAt?: number | undefined;
  endedAt?: number | undefined;
  log: Read<readonly string[]>;
}

/** The schema describes a validation, as its report contains it. */
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
