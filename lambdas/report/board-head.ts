import { endOf, isOutdated } from '../contracts/lease.ts';
import { type EnvironmentRecord, type EnvironmentStatus, laterPartial } from '../contracts/record.ts';
import { type BoardData, costOfMonth, notClean } from './board-data.ts';
import { facts } from './components.ts';
import { type Html, html } from './html.ts';
import { icon, type Mark } from './icons.ts';
import { money } from './money.ts';
import { instant } from './times.ts';

const MARKS: Record<EnvironmentStatus, Mark> = {
  PROVISIONING: 'pending',
  LIVE: 'passed',
  FAILED: 'failed',
  TEARING_DOWN: 'pending',
  GONE: 'pending',
};

/**
 * Returns the mark of an environment. An environment that is past its end, or whose checks did not pass, is not shown
 * as passed.
 */
export function markOf(record: EnvironmentRecord, now: number): Mark {
  const { status } = record;
  if (status === 'FAILED' || (status === 'LIVE' && endOf(record) < now)) return 'failed';
  if (status !== 'LIVE') return MARKS[status];
  return markOfChecks(record);
}

/** Some checks that passed are no environment that passed, and one that has failed since the last whole validation is bad. */
export function markOfChecks(record: EnvironmentRecord): Mark {
  const { lastValidation: whole } = record;
  const verdicts = [
    isOutdated(record, whole) ? 'UNKNOWN' : (whole?.verdict ?? 'UNKNOWN'),
    laterPartial(record)?.verdict,
  ];
  if (verdicts.includes('FAILED')) return 'failed';
  return verdicts.includes('UNKNOWN') ? 'unknown' : 'passed';
}

export function head(data: BoardData, alive: readonly EnvironmentRecord[]): Html {
  const { accountId, region, at, records, ledger } = data;
  const { mark, word, sentence } = verdictOf(data, alive);
  const hourly = alive.reduce((sum, { usdPerHour = 0 }) => sum + usdPerHour, 0);
  const known = alive.every(({ usdPerHour }) => usdPerHour !== undefined);
  const cost = records.kind === 'read' && ledger.kind === 'read' && costOfMonth(ledger.value, records.value, at);
  const left = ledger.kind === 'read' ? notClean(ledger.value) : undefined;
  return html`<header class="top wide">
<p class="eyebrow">Account ${accountId}, ${region}</p>
<h1>Environments</h1>
<div class="verdict ${mark}">${icon(mark, 34)}<div><strong>${word}</strong><p>${sentence}</p></div></div>
${facts([
  ['Alive', records.kind === 'read' ? alive.length : 'unknown'],
  ['Cost an hour, estimated', records.kind === 'read' ? `${known ? '' : 'at least '}${money(hourly)}` : 'unknown'],
  [
    'Cost this month, estimated',
    cost ? `${cost.missing.length > 0 ? 'at least ' : ''}${`$${cost.usd.toFixed(2)}`}` : 'unknown',
  ],
  ['Left by teardowns', left ? left.reduce((sum, one) => sum + one.leftovers.length, 0) : 'unknown'],
  ['As of', instant(at)],
])}</header>`;
}

/** Returns the verdict of the board. The most urgent problem comes first. */
function verdictOf({ records, underWay, ledger, at }: BoardData, alive: readonly EnvironmentRecord[]) {
  const named = (which: readonly EnvironmentRecord[]) => which.map(({ environment }) => environment).join(', ');
  const bad = alive.filter((one) => markOf(one, at) === 'failed');
  const unsure = alive.filter((one) => markOf(one, at) === 'unknown');
  const left = ledger.kind === 'read' ? notClean(ledger.value) : [];
  const withLeftovers = left.filter(({ verdict }) => verdict === 'LEFTOVERS');
  const unreadable = [
    ...(records.kind === 'unknown' ? ['the records'] : records.value.malformed.map((name) => `the record of ${name}`)),
    ...underWay.flatMap(([machine, runs]) => (runs.kind === 'unknown' ? [`the executions of ${machine}`] : [])),
    ...(ledger.kind === 'unknown' ? ['what teardowns have left'] : []),
  ];
  const parts = [
    bad.length > 0 && `Needs a person: ${named(bad)}. `,
    withLeftovers.length > 0 && `Something is left of ${withLeftovers.map(({ run }) => run).join(', ')}. `,
    unreadable.length > 0 && `Could not be read: ${unreadable.join(', ')}. `,
    unsure.length > 0 && `Not validated: ${named(unsure)}. `,
    left.length > withLeftovers.length && `Not confirmed to be gone: ${left.length - withLeftovers.length}. `,
  ].filter((one) => one !== false);
  const needs = bad.length > 0 || withLeftovers.length > 0;
  if (needs) return { mark: 'failed' as const, word: 'ATTENTION', sentence: parts.join('') };
  if (parts.length > 0) return { mark: 'unknown' as const, word: 'NOT ALL IS KNOWN', sentence: parts.join('') };
  const sentence =
    alive.length > 0
      ? `No environment has failed, and no teardown has left anything.`
      : 'Nothing is alive, and no teardown has left anything.';
  return { mark: 'passed' as const, word: 'IN ORDER', sentence };
}
