import type { Certificate } from '../contracts/certificate.ts';
import type { CheckResult } from '../contracts/contracts.ts';
import type { MachineName } from '../contracts/record.ts';
import type { ReportLink } from '../contracts/report-link.ts';

/** An execution whose status has changed, as far as people are told of it. */
export interface Execution {
  arn: string;
  machine: MachineName;
  name: string;
  status: string;
  /** Milliseconds since the epoch. */
  startedAt: number;
  stoppedAt?: number | undefined;
  redriveCount: number;
  input: ExecutionInput;
  /** Empty until it has succeeded. */
  output: Readonly<Record<string, unknown>>;
  error?: string | undefined;
  /** For people: what a Lambda or a nested execution said, without the JSON around it. */
  cause?: string | undefined;
}

/** The part of an input that matters here; one that was refused may have anything in it, which is then left out. */
export interface ExecutionInput {
  environment?: string | undefined;
  onFailure?: 'keep' | 'destroy' | undefined;
  mode?: 'destroy' | 'plan' | undefined;
  onlyIfExpired?: boolean | undefined;
  provenance?: boolean | undefined;
  reason?: string | undefined;
  /** ARN of the execution that waits for this one. */
  startedBy?: string | undefined;
}

/** What a validation or a sweep has left in the control bucket, of the execution or of one that it waited for. */
export interface Evidence {
  /** `s3://…`, of the page for people. */
  page?: string;
  /** To that page, for whoever reads a message. */
  link?: ReportLink;
  checks?: readonly Pick<CheckResult, 'check' | 'status' | 'expected' | 'observed'>[];
  certificate?: Certificate;
}

/** What was done about an execution that did not succeed. */
export interface Recovery {
  /** Whether the environment was the execution's own until its end. */
  owned: boolean;
  /** It was, when the same end was told before; since then another execution has taken over. */
  passedOn?: boolean;
  /** Name of the teardown that was started, and why it was. */
  teardown?: string;
  because?: string;
  /** Why none was, although it was asked for. */
  kept?: string;
}
