import type { CheckResult } from '../contracts/contracts.ts';
import { titleOf } from './data.ts';
import { evidenceOf } from './evidence.ts';
import { type Html, html } from './html.ts';
import { icon, type Mark, markOf, WORDS } from './icons.ts';
import { plainText, remedyOf } from './remedies.ts';
import { duration, instant } from './times.ts';

const GROUPS: readonly { mark: Mark; title: string }[] = [
  { mark: 'failed', title: 'Failed' },
  { mark: 'unknown', title: 'Could not be looked at' },
  { mark: 'passed', title: 'Passed' },
];

/** Lists the checks. Those that need attention come first, and are open. */
export function checksByStatus(checks: readonly CheckResult[], environment: string): Html {
  return html`${GROUPS.map(({ mark, title }) => {
    const own = checks.filter((one) => one.status === mark);
    return (
      own.length > 0 &&
      html`<section aria-labelledby="${mark}"><h2 id="${mark}">${title} <span class="count">${own.length}</span></h2>${own.map((one) => card(one, environment))}</section>`
    );
  })}`;
}

function card(result: CheckResult, environment: string): Html {
  const { check, status, expected, observed, evidence, startedAt, durationMs } = result;
  const mark = markOf(status);
  const timed = durationMs > 0;
  // The checks join their observations in this way. Each part is one observation.
  const parts = observed.split('; ').filter((part) => part.trim() !== '');
  return html`<details class="card ${mark}" id="check-${check}"${status === 'passed' ? html`` : html` open`}>
<summary>${icon(mark, 20)}<h3>${titleOf(check)}</h3><span class="status ${mark}">${WORDS[mark]}</span>${status === 'passed' && html`<span class="glance" aria-hidden="true">${observed}</span>`}<span class="took">${timed && duration(durationMs)}</span></summary>
<div class="body">
<dl class="claims"><div><dt>Expected</dt><dd>${expected}</dd></div>
<div><dt>Observed</dt><dd>${parts.length > 1 ? html`<ul>${parts.map((part) => html`<li>${part}</li>`)}</ul>` : observed}</dd></div></dl>
${whatToDo(result, environment)}${evidenceOf(check, evidence)}
${timed && html`<p class="small">Last looked at ${instant(startedAt)}, for ${duration(durationMs)}.</p>`}
</div></details>`;
}

/** Returns the remedy of docs/operating.md. */
function whatToDo(result: CheckResult, environment: string): Html {
  const remedy = remedyOf(result);
  if (!remedy) return html``;
  return html`<div class="remedy"><h4>What to do</h4><p>${plainText(remedy.means, environment)}</p><p>${plainText(remedy.action, environment)}</p></div>`;
}
