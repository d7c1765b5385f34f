import { CHECK_TITLES, type CheckName, type CheckResult } from '../contracts/contracts.ts';
import type { ValidationVerdict } from '../contracts/record.ts';
import type { ExecutionRef } from '../contracts/request.ts';

/** The data contains everything that a page shows. Times are ISO 8601. */
export interface ReportData {
  environment: string;
  run: string;
  commit: string;
  accountId: string;
  region: string;
  execution: ExecutionRef;
  /** The environment was created at this time. The member is absent when the record does not contain it. */
  createdAt?: string;
  /** The teardown is due at this time, which includes the protection. */
  expiresAt?: string;
  /**
   * This is the price of everything in the environment, by list prices. The member is absent when the record does not
   * contain it.
   */
  usdPerHour?: number;
  /** The environment has cost this much until `at`, at the prices that applied. */
  usdSoFar?: number;
  /** The validation ended at this time. */
  at: string;
  verdict: ValidationVerdict;
  /** The checks may have looked at the wrong resources, for this reason. */
  unsettled?: string;
  /** The list has one result for each requested check. */
  checks: readonly CheckResult[];
  /** These checks were not requested, so that their results are not known. */
  notAsked: readonly string[];
  /** The folder is `s3://…/`. It contains the same data as JSON. */
  folder: string;
}

/** Returns the title of a check. A team's own check such as `document-intake` becomes `Document intake`. */
export function titleOf(check: string): string {
  const words = Object.hasOwn(CHECK_TITLES, check) ? CHECK_TITLES[check as CheckName] : check.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
