import { BOARD_PAGE, runPageKey, type UnderWay } from '../contracts/board.ts';
import { executionPage } from '../contracts/console.ts';
import { endOf, isOutdated, isProtected } from '../contracts/lease.ts';
import { applicationUrl } from '../contracts/outputs.ts';
import { type EnvironmentRecord, laterPartial, partialLabel, type ValidationVerdict } from '../contracts/record.ts';
import { costSoFar } from '../contracts/spending.ts';
import { type BoardData, costOfMonth, notClean } from './board-data.ts';
import { head, markOf } from './board-head.ts';
import { nothing, pairs, panel, relative, section, shortName, unlessUnread, unread } from './board-parts.ts';
import { BOARD_STYLE } from './board-style.ts';
import { table } from './components.ts';
import { htmlDocument } from './document.ts';
import { type Html, html } from './html.ts';
import { icon, type Mark } from './icons.ts';
import { money } from './money.ts';
import { duration, instant } from './times.ts';

const REFRESH_SECONDS = 60;
const MOST_FAILURES = 12;

/** Every link starts from the folder of the board. */
const UP = '../'.repeat(BOARD_PAGE.split('/').length - 1);

/** Renders a self-contained page with the environments, their costs, running executions, failures and leftovers. */
export function renderBoard(data: BoardData): string {
  const { records, ledger, at } = data;
  const all = records.kind === 'read' ? records.value.records : [];
  const alive = all.filter(({ status }) => status !== 'GONE').toSorted((a, b) => endOf(a) - endOf(b));
  return htmlDocument(
    'Environments',
    html`${head(data, alive)}
<main class="wide">${environments(data, alive)}${underWay(data)}${failures(data, all)}${leftovers(data)}${month(data)}${gone(all, at)}</main>
${foot(ledger.kind === 'read' ? ledger.value.since : undefined, at)}`,
    { style: BOARD_STYLE, refreshSeconds: REFRESH_SECONDS },
  );
}

function environments({ records, at }: BoardData, alive: readonly EnvironmentRecord[]): Html {
  const count = records.kind === 'read' ? alive.length : undefined;
  return section(
    'environments',
    'Environments',
    count,
    unlessUnread(
      records,
      'The records of the environments',
      ({ malformed }) =>
        html`${malformed.map((name) => unread(`The record of ${name}`, 'It is not torn down before its state bucket says that its time is over.'))}${
          alive.length > 0
            ? html`<div class="cards">${alive.map((one) => card(one, at))}</div>`
            : malformed.length === 0 && panel(nothing('There is none. Create one: npx runbook provision dev'))
        }`,
    ),
  );
}

function card(record: EnvironmentRecord, now: number): Html {
  const { environment, run, status, commit, usdPerHour, owner, outputs, lastValidation, protection } = record;
  const mark = markOf(record, now);
  const end = endOf(record);
  const soFar = costSoFar(record, now);
  const address = applicationUrl(outputs);
  return html`<article class="card ${mark}" aria-label="${environment}">
<header>${icon(mark, 20)}<h3><a href="${UP}${runPageKey(environment, run)}">${environment}</a></h3><span class="status">${status}</span></header>
<p class="ends">${end > now ? html`Ends ${relative(end, now)}` : html`<strong class="status">Should have ended ${relative(end, now)}</strong>`}<span class="small">${instant(end)}</span></p>
${pairs([
  ['Checks', verdictOn(record, now)],
  ['Cost so far', soFar === undefined ? 'not known yet' : `${dollars(soFar)}, at ${money(usdPerHour ?? 0)} an hour`],
  ['Commit', html`<code>${commit.slice(0, 12)}</code>`],
  ['Last run', owner && html`<code>${shortName(owner)}</code>`],
  ['Protected', isProtected(record, now) && protection && `by ${shortName(protection.by)}: ${protection.reason}`],
])}
<p class="links"><a href="${UP}${runPageKey(environment, run)}">Run</a>${lastValidation && html`<a href="${UP}${lastValidation.report.replace(/\.json$/, '.html')}">Report</a>`}${address && html`<a href="${address}">Application</a>`}${owner && html`<a href="${executionPage(owner)}">Console</a>`}</p></article>`;
}

const MARK_OF_VERDICT: Record<ValidationVerdict, Mark> = { PASSED: 'passed', FAILED: 'failed', UNKNOWN: 'unknown' };

function verdictOn(record: EnvironmentRecord, now: number): Html {
  const { lastValidation: whole } = record;
  const later = laterPartial(record);
  const outdated = isOutdated(record, whole);
  return html`${whole ? html`<span class="verdict-word ${outdated ? 'unknown' : MARK_OF_VERDICT[whole.verdict]}">${whole.verdict}</span> ${relative(Date.parse(whole.at), now)}${outdated && ', outdated'}` : 'not validated yet'}${later && `, then ${partialLabel(later.checks.length, later.of)} ${later.verdict}${isOutdated(record, later) ? ', outdated' : ''}`}`;
}

function underWay({ underWay: machines, at }: BoardData): Html {
  const runs = machines.flatMap(([, read]) => (read.kind === 'read' ? read.value : []));
  const unreadable = machines.flatMap(([machine, read]) =>
    read.kind === 'unknown' ? [[machine, read.why] as const] : [],
  );
  const rows = runs.toSorted((a, b) => a.startedAt - b.startedAt).map((run) => runRow(run, at));
  return section(
    'under-way',
    'Under way',
    unreadable.length > 0 ? undefined : runs.length,
    panel(
      html`${unreadable.map(([machine, why]) => unread(`The executions of ${machine}`, why))}${
        rows.length > 0 ? html`<ul class="rows">${rows}</ul>` : unreadable.length === 0 && nothing('No execution runs.')
      }`,
    ),
  );
}

function runRow({ machine, environment, execution, startedAt, step }: UnderWay, now: number): Html {
  const at =
    step.kind === 'unknown'
      ? `unknown step: ${step.why}`
      : step.value
        ? html`${step.value.name}, ${relative(step.value.since, now).replace(/ ago$/, '')}`
        : 'not begun';
  return html`<li><div class="line">${icon('pending')}<strong>${machine}${environment && ` ${environment}`}</strong><span>${at}</span><span class="took">for ${duration(now - startedAt)}</span></div><p class="small"><a href="${executionPage(execution)}">${shortName(execution)}</a></p></li>`;
}

interface Failure {
  at: string;
  title: string;
  why: string;
  href?: string | undefined;
  mark: Mark;
}

function failuresOf(record: EnvironmentRecord): Failure[] {
  const { environment, run, lastFailure, lastValidation, lastSweep } = record;
  const part = laterPartial(record);
  const page = `${UP}${runPageKey(environment, run)}`;
  return [
    ...(lastFailure
      ? [
          {
            at: lastFailure.at,
            title: `${lastFailure.machine} ${environment}: ${lastFailure.status}`,
            why: [lastFailure.error, lastFailure.cause].filter(Boolean).join(': '),
            href: page,
            mark: 'failed' as const,
          },
        ]
      : []),
    ...(lastValidation && lastValidation.verdict !== 'PASSED'
      ? [
          {
            at: lastValidation.at,
            title: `validate ${environment}: ${lastValidation.verdict}`,
            why: '',
            href: `${UP}${lastValidation.report.replace(/\.json$/, '.html')}`,
            mark: lastValidation.verdict === 'FAILED' ? ('failed' as const) : ('unknown' as const),
          },
        ]
      : []),
    ...(part && part.verdict !== 'PASSED'
      ? [
          {
            at: part.at,
            title: `validate ${environment}: ${partialLabel(part.checks.length, part.of)} ${part.verdict}`,
            why: '',
            href: `${UP}${part.report.replace(/\.json$/, '.html')}`,
            mark: MARK_OF_VERDICT[part.verdict],
          },
        ]
      : []),
    ...(lastSweep && lastSweep.verdict !== 'CLEAN'
      ? [
          {
            at: lastSweep.at,
            title: `sweep ${environment}: ${lastSweep.verdict}`,
            why: '',
            href: `${UP}${lastSweep.certificate.replace(/\.json$/, '.html')}`,
            mark: lastSweep.verdict === 'LEFTOVERS' ? ('failed' as const) : ('unknown' as const),
          },
        ]
      : []),
  ];
}

function failures({ records, at }: BoardData, all: readonly EnvironmentRecord[]): Html {
  const found = all.flatMap(failuresOf).toSorted((a, b) => b.at.localeCompare(a.at));
  const rows = found
    .slice(0, MOST_FAILURES)
    .map(
      (one) =>
        html`<li><div class="line">${icon(one.mark)}<a href="${one.href}">${one.title}</a><span class="took">${relative(Date.parse(one.at), at)}, ${instant(one.at)}</span></div>${one.why && html`<p class="cause">${one.why}</p>`}</li>`,
    );
  return section(
    'failures',
    'Last failures',
    undefined,
    panel(
      unlessUnread(records, 'The last failure of each environment', () =>
        rows.length > 0
          ? html`<ul class="rows">${rows}</ul>${found.length > rows.length && html`<p class="note">${found.length - rows.length} older ones are not shown.</p>`}`
          : nothing('No environment has failed.'),
      ),
    ),
  );
}

function leftovers({ ledger, at }: BoardData): Html {
  return section(
    'leftovers',
    'Left by teardowns',
    ledger.kind === 'read' ? notClean(ledger.value).reduce((sum, one) => sum + one.leftovers.length, 0) : undefined,
    panel(
      unlessUnread(ledger, 'What teardowns have left', (value) => {
        const runs = notClean(value);
        if (runs.length === 0)
          return nothing(`No sweep since ${value.since.slice(0, 10)} has left anything unresolved.`);
        return html`<ul class="rows">${runs.map(
          (run) =>
            html`<li><div class="line">${icon(run.verdict === 'LEFTOVERS' ? 'failed' : 'unknown')}<a href="${UP}${run.certificate.replace(/\.json$/, '.html')}">${run.run}</a><span>${run.verdict}</span><span class="took">last swept ${relative(Date.parse(run.at), at)}</span></div>${
              run.leftovers.length > 0 &&
              html`<p class="cause">${run.leftovers.map((one) => `${one.service} ${one.type} ${one.id}${one.usdPerHour ? ` (${money(one.usdPerHour)} an hour)` : ''}`).join(', ')}</p>`
            }${run.unread !== undefined && unread('Its certificate', run.unread)}${
              run.unconfirmed > 0 && html`<p class="cause">${run.unconfirmed} could not be confirmed.</p>`
            }</li>`,
        )}</ul>`;
      }),
    ),
  );
}

function month({ ledger, records, at }: BoardData): Html {
  const title = `Cost in ${new Date(at).toISOString().slice(0, 7)}, estimated`;
  if (ledger.kind === 'unknown' || records.kind === 'unknown')
    return section(
      'cost',
      title,
      undefined,
      panel(unread('The cost of the month', ledger.kind === 'unknown' ? ledger.why : 'The records could not be read.')),
    );
  const { usd, missing } = costOfMonth(ledger.value, records.value, at);
  return section(
    'cost',
    title,
    undefined,
    panel(
      html`<p><strong>${missing.length > 0 ? 'At least ' : ''}${dollars(usd)}</strong>, by list prices, without traffic and requests.</p>${
        missing.length > 0 && html`<p class="note">Not in the sum: ${missing.join('; ')}.</p>`
      }`,
    ),
  );
}

function gone(all: readonly EnvironmentRecord[], now: number): Html {
  const rows = all
    .filter(({ status }) => status === 'GONE')
    .toSorted((a, b) => b.claimedAt.localeCompare(a.claimedAt))
    .map(({ environment, run, lastSweep }) => [
      html`<a href="${UP}${runPageKey(environment, run)}">${environment}</a>`,
      lastSweep
        ? html`<a href="${UP}${lastSweep.certificate.replace(/\.json$/, '.html')}">${lastSweep.verdict}</a>`
        : 'not swept',
      lastSweep ? relative(Date.parse(lastSweep.at), now) : '–',
    ]);
  if (rows.length === 0) return html``;
  return section(
    'gone',
    'Gone',
    rows.length,
    html`<details class="card"><summary><h3>Environments that were torn down</h3></summary><div class="body">${table('Torn down', ['Environment', 'Verdict', 'Last swept'], rows)}</div></details>`,
  );
}

function foot(since: string | undefined, at: number): Html {
  return html`<footer class="wide"><p>Written by Runbook, ${instant(at)}: at every event of an environment, and every hour. A page that is older than two hours is not written any more. Times are relative to when it was written.${since && ` Sweeps are listed since ${since.slice(0, 10)}.`} What could not be read is unknown, never fine.</p></footer>`;
}

const dollars = (usd: number): string => `$${usd.toFixed(2)}`;
