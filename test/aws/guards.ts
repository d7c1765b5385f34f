import type { Diagnosis } from '../../cli/diagnose.ts';

/** What keeps a test from an account, and what it costs there. Pure. */

export interface Target {
  accountId: string;
  region: string;
  /** AWS_ENDPOINT_URL, which leads elsewhere than to AWS. */
  endpoint: string | undefined;
  /** Machines of the runbook that are there before the test. */
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

/** In dollars, from docs/cost.md. */
export const PRICES = { builds: 0.1, environmentHour: 0.09, runbookHour: 0.01 };
/** After so many hours the environment is torn down by its own schedule, whatever becomes of the test. */
export const TTL_HOURS = 2;

export function estimate(): string[] {
  const { builds, environmentHour, runbookHour } = PRICES;
  const dollars = (hours: number) => (builds + hours * (environmentHour + runbookHour)).toFixed(2);
  return [
    `a life of about an hour: ${dollars(1)} USD by list prices (docs/cost.md)`,
    `if nobody looks after a failure: ${dollars(TTL_HOURS)} USD until the environment's own end after ${TTL_HOURS} hours, and ${(runbookHour * 24).toFixed(2)} USD a day for the runbook itself`,
  ];
}

/** @param said by the person, or after --account */
export function agrees(said: string | undefined, accountId: string): boolean {
  return said?.trim() === accountId;
}
