import { CHECK_TITLES, type CheckName, type CheckResult } from '../contracts/contracts.ts';
import type { ValidationVerdict } from '../contracts/record.ts';
import type { ExecutionRef } from '../contracts/request.ts';

/** All that a page says. Times are ISO 8601. */
export interface ReportData {
  environment: string;
  run: string;
  commit: string;
  accountId: string;
  region: string;
  execution: ExecutionRef;
  /** Of the environment; absent when its record does not say. */
  createdAt?: string;
  /** When its teardown is due, protection included. */
  expiresAt?: string;
  /** Of everything in the environment, by list prices; absent when its record does not say. */
  usdPerHour?: number;
  /** What the environment has cost until `at`, at the prices that it had. */
  usdSoFar?: number;
  /** When the validation was over. */
  at: string;
  verdict: ValidationVerdict;
  /** One a check that was asked for. */
  checks: readonly CheckResult[];
  /** Checks that nobody asked for, so that nothing is known of them. */
  notAsked: readonly string[];
  /** `s3://…/`, where the same is kept as JSON. */
  folder: string;
}

/** `document-intake`, a check of a team's own → `Document intake`. */
export function titleOf(check: string): string {
  const words = Object.hasOwn(CHECK_TITLES, check) ? CHECK_TITLES[check as CheckName] : check.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
