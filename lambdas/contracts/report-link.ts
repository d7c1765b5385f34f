/** An address at which whoever has it can read one page of the control bucket, for as long as it says. */
export interface ReportLink {
  url: string;
  /** When it stops to open, in milliseconds. */
  until: number;
}

/**
 * A URL ends with the credentials that sign it. A role that another role assumes has credentials for an hour at most:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export const LINK_SECONDS = 3_600;
