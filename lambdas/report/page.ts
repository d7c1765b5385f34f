import { executionPage } from '../contracts/console.ts';
import { partialLabel } from '../contracts/record.ts';
import { checksByStatus } from './check.ts';
import { facts } from './components.ts';
import { type ReportData, titleOf } from './data.ts';
import { htmlDocument } from './document.ts';
import { type Html, html } from './html.ts';
import { icon, type Mark } from './icons.ts';
import { money } from './money.ts';
import { timeline } from './timeline.ts';
import { duration, instant, millisOf } from './times.ts';

const MARKS: Record<ReportData['verdict'], Mark> = { PASSED: 'passed', FAILED: 'failed', UNKNOWN: 'unknown' };

/**
 * Renders one validation as a self-contained page: it loads nothing and runs nothing, wherever it is opened. The
 * function never throws: a report that cannot be rendered must not fail the validation that it describes.
 */
export function renderReport(data: ReportData): string {
  try {
    return page(
      data,
      html`${head(data)}
<main>${section('Timeline', timeline(data))}
${checksByStatus(data.checks, data.environment)}</main>
${foot(data)}`,
    );
  } catch {
    return page(
      data,
      html`<header class="top"><h1>${data.environment}</h1><p>${data.verdict}</p></header>
<main><p>This report could not be drawn. What was observed is kept as JSON in ${data.folder}</p></main>`,
    );
  }
}

function page(data: ReportData, body: Html): string {
  return htmlDocument(`${data.environment}: validation ${called(data)}`, body);
}

/** Returns `PASSED`, or `PARTIAL 1/7 PASSED` when the verdict does not cover the other checks. */
function called({ verdict, checks, notAsked }: ReportData): string {
  return notAsked.length > 0 ? `${partialLabel(checks.length, checks.length + notAsked.length)} ${verdict}` : verdict;
}

function head(data: ReportData): Html {
  const { environment, commit, execution, at, verdict, createdAt, expiresAt } = data;
  // Some checks that passed are no environment that passed.
  const mark = verdict === 'PASSED' && data.notAsked.length > 0 ? 'unknown' : MARKS[verdict];
  const [began, ended, made] = [execution.startTime, at, createdAt].map(millisOf);
  const between = (from: number | undefined, to: number | undefined) =>
    from === undefined || to === undefined ? undefined : to - from;
  return html`<header class="top">
<p class="eyebrow">Validation of an environment</p>
<h1>${environment}</h1>
<div class="verdict ${mark}">${icon(mark, 34)}<div><strong>${called(data)}</strong><p>${sentence(data)}</p></div></div>
${facts([
  ['Began', instant(execution.startTime)],
  ['Took', duration(between(began, ended))],
  ['Environment up for', duration(between(made, ended))],
  ['Cost so far, estimated', costSoFar(data)],
  ['Teardown scheduled for', expiresAt ? instant(expiresAt) : '–'],
  ['Commit', html`<code>${commit.slice(0, 12)}</code>`],
  ['Account', html`${data.accountId}, <span class="whole">${data.region}</span>`],
  ['Execution', html`<a href="${executionPage(execution.id)}">in the AWS console</a>`],
])}</header>`;
}

function costSoFar({ usdPerHour, usdSoFar }: ReportData): string {
  if (usdPerHour === undefined || usdSoFar === undefined) return '–';
  return `${money(usdSoFar)}, at ${money(usdPerHour)} an hour`;
}

function sentence({ checks, notAsked, unsettled }: ReportData): Html {
  const count = (status: string) => checks.filter((one) => one.status === status).length;
  const named = (status: string) =>
    checks
      .filter((one) => one.status === status)
      .map((one) => html`<a href="#check-${one.check}">${titleOf(one.check)}</a>`);
  const listed = (items: Html[]) => items.map((item, index) => html`${index > 0 && ', '}${item}`);
  const parts = [
    unsettled !== undefined && html`Nobody knows what the environment consists of: ${unsettled}. `,
    count('failed') > 0 && html`${count('failed')} failed: ${listed(named('failed'))}. `,
    count('unknown') > 0 && html`${count('unknown')} could not be checked: ${listed(named('unknown'))}. `,
    html`${count('passed')} of ${checks.length} checks passed.`,
    notAsked.length > 0 && html` Not asked for: ${notAsked.map((one) => titleOf(one)).join(', ')}.`,
  ];
  return html`${parts}`;
}

function section(title: string, content: Html): Html {
  const id = title.toLowerCase();
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2><div class="panel">${content}</div></section>`;
}

function foot({ execution, run, commit, at, folder }: ReportData): Html {
  return html`<footer>${facts([
    ['Run', html`<code>${run}</code>`],
    ['Commit', html`<code>${commit}</code>`],
    ['Execution', html`<code>${execution.id}</code>`],
    ['The same as JSON', html`<code>${folder}</code>`],
  ])}
<p>Written by Runbook, ${instant(at)}. Unknown is never a pass.</p></footer>`;
}
