import type { Diagnosis } from '../../cli/diagnose.ts';

/** The functions find the reasons against a test in an account, and estimate its cost. They are pure. */

export interface Target {
  accountId: string;
  region: string;
  /** AWS_ENDPOINT_URL leads to another address than that of AWS. */
  endpoint: string | undefined;
  /** These machines of the runbook exist before the test. */
  machines: readonly string[];
  quotas: readonly Diagnosis[];
}

/** @returns a sentence for each reason not to begin */
export function reasonsAgainst({ accountId, region, endpoint, machines, quotas }: Target, inLab: boolean): string[] {
  return [
    ...(endpoint && !inLab ? [`AWS_ENDPOINT_URL is ${endpoint}: that is not AWS. Unset it, or say --lab`] : []),
    ...(machines.length > 0
      ? [
          `account ${accountId}, ${region}, has the runbook already (${machines.join(', ')}): its names are fixed, and the test would replace it. Choose another account or region`,
        ]
      : []),
    ...(inLab ? [] : quotas)
      .filter(({ status }) => status === 'failed')
      .map(({ name, detail, fix }) => `${name}: ${detail}${fix ? `. ${fix}` : ''}`),
  ];
}

/** The prices are in dollars, from docs/cost.md. */
export const PRICES = { builds: 0.1, environmentHour: 0.09, runbookHour: 0.01 };
/** After this number of hours, the environment's own schedule tears it down, whatever happens to the test. */
export const TTL_HOURS = 2;

export function estimate(): string[] {
  const { builds, environmentHour, runbookHour } = PRICES;
  const dollars = (hours: number) => (builds + hours * (environmentHour + runbookHour)).toFixed(2);
  return [
    `a life of about an hour: ${dollars(1)} USD by list prices (docs/cost.md)`,
    `if nobody looks after a failure: ${dollars(TTL_HOURS)} USD until the environment's own end after ${TTL_HOURS} hours, and ${(runbookHour * 24).toFixed(2)} USD a day for the runbook itself`,
  ];
}

/** @param said the text that the person typed, or the value of --account */
export function agrees(said: string | undefined, accountId: string): boolean {
  return said?.trim() === accountId;
}
