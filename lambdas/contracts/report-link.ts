/** With this address, anybody can read one page of the control bucket for a limited time. */
export interface ReportLink {
  url: string;
  /** The address stops working at this time, in milliseconds. */
  until: number;
}

/**
 * A URL expires with the credentials that sign it. A role that another role assumes has credentials for an hour at
 * most: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export const LINK_SECONDS = 3_600;
