import type { Certificate } from '../contracts/certificate.ts';
import type { CheckResult } from '../contracts/contracts.ts';
import type { MachineName } from '../contracts/record.ts';
import type { ReportLink } from '../contracts/report-link.ts';

/** The interface contains what a message needs about an execution whose status changed. */
export interface Execution {
  arn: string;
  machine: MachineName;
  name: string;
  status: string;
  /** The time is in milliseconds since the epoch. */
  startedAt: number;
  stoppedAt?: number | undefined;
  redriveCount: number;
  input: ExecutionInput;
  /** The output is empty until the execution has succeeded. */
  output: Readonly<Record<string, unknown>>;
  error?: string | undefined;
  /** The text is for people: the message of a Lambda function or a nested execution, without the JSON around it. */
  cause?: string | undefined;
}

/** This is the relevant part of an input. A refused input may have any values, and invalid ones are left out. */
export interface ExecutionInput {
  environment?: string | undefined;
  onFailure?: 'keep' | 'destroy' | undefined;
  mode?: 'destroy' | 'plan' | undefined;
  onlyIfExpired?: boolean | undefined;
  provenance?: boolean | undefined;
  reason?: string | undefined;
  /** This is the ARN of the execution that waits for this one. */
  startedBy?: string | undefined;
}

/**
 * The evidence is what a validation or a sweep stored in the control bucket. It belongs to the execution or to one that
 * it waited for.
 */
export interface Evidence {
  /** This is the `s3://…` address of the page for people. */
  page?: string;
  /** The link opens that page for a reader of the message. */
  link?: ReportLink;
  checks?: readonly Pick<CheckResult, 'check' | 'status' | 'expected' | 'observed'>[];
  certificate?: Certificate;
}

/** The recovery says what was done about an execution that did not succeed. */
export interface Recovery {
  /** The value is true when the execution owned the environment until its end. */
  owned: boolean;
  /**
   * The value is true when the execution owned the environment at the previous notification of the same end, and
   * another execution has taken over since then.
   */
  passedOn?: boolean;
  /** The teardown that was started has this name. `because` is the reason for it. */
  teardown?: string;
  because?: string;
  /** The text says why no teardown was started although it was requested. */
  kept?: string;
}
