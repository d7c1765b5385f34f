import { type KeptValidation, type Message, type Read, type RunBuildView, runPageKey } from '../contracts/board.ts';
import type { Certificate } from '../contracts/certificate.ts';
import { executionPage } from '../contracts/console.ts';
import { endOf, isOutdated } from '../contracts/lease.ts';
import { applicationUrl } from '../contracts/outputs.ts';
import { type EnvironmentRecord, laterPartial, partialLabel } from '../contracts/record.ts';
import { costSoFar } from '../contracts/spending.ts';
import type { PlannedAction, RunPageData } from './board-data.ts';
import { markOfChecks } from './board-head.ts';
import { nothing, pairs, panel, relative, section, shortName, unlessUnread, unread } from './board-parts.ts';
import { BOARD_STYLE } from './board-style.ts';
import { facts } from './components.ts';
import { htmlDocument } from './document.ts';
import { type Html, html, type Value } from './html.ts';
import { icon, type Mark } from './icons.ts';
import { money } from './money.ts';
import { duration, instant, millisOf } from './times.ts';

const REFRESH_SECONDS = 60;

/** Renders one run of an environment on one page: its plan, builds, validations, certificate and messages. */
export function renderRunPage(data: RunPageData): string {
  const { record, at, plan, builds, validations, certificate, messages } = data;
  const folder = runPageKey(record.environment, record.run).replace(/[^/]*$/, '');
  const beside = (key: string) => (key.startsWith(folder) ? key.slice(folder.length) : key);
  const over = record.status === 'GONE';
  return htmlDocument(
    `${record.environment}: run ${record.run}`,
    html`${head(record, at)}
<main>${failure(record, at)}${certified(certificate, at)}${validated(validations, beside, at)}${planned(plan)}${built(builds)}${said(messages)}</main>
<footer><p>Written by Runbook, ${instant(at)}. What could not be read is unknown, never fine.</p></footer>`,
    { style: BOARD_STYLE, ...(over ? {} : { refreshSeconds: REFRESH_SECONDS }) },
  );
}

const STATUS: Record<EnvironmentRecord['status'], Mark> = {
  PROVISIONING: 'pending',
  LIVE: 'passed',
  FAILED: 'failed',
  TEARING_DOWN: 'pending',
  GONE: 'passed',
};

function markOf(record: EnvironmentRecord): Mark {
  const { status, lastSweep } = record;
  if (status === 'LIVE') return markOfChecks(record);
  if (status === 'GONE' && lastSweep?.verdict !== 'CLEAN')
    return lastSweep?.verdict === 'LEFTOVERS' ? 'failed' : 'unknown';
  return STATUS[status];
}

function head(record: EnvironmentRecord, at: number): Html {
  const { environment, run, status, commit, createdAt, owner, usdPerHour, outputs, lastValidation, lastSweep } = record;
  const mark = markOf(record);
  const part = laterPartial(record);
  const end = endOf(record);
  const soFar = costSoFar(record, at);
  const address = applicationUrl(outputs);
  const sentence = {
    PROVISIONING: 'It is being provisioned.',
    LIVE: `It ends ${relative(end, at)}. ${lastValidation ? `Last validated ${relative(Date.parse(lastValidation.at), at)}: ${lastValidation.verdict}${isOutdated(record, lastValidation) ? ', outdated by what has changed since' : ''}.${part ? ` Then ${partialLabel(part.checks.length, part.of)} ${part.verdict}${isOutdated(record, part) ? ', outdated' : ''}.` : ''}` : 'It is not validated yet.'}`,
    FAILED: 'Its last execution failed. What exists costs money until it is torn down.',
    TEARING_DOWN: 'It is being torn down.',
    GONE: lastSweep
      ? `It was torn down; the last sweep is ${lastSweep.verdict}.`
      : 'It was torn down, and no sweep has confirmed it.',
  }[status];
  return html`<header class="top">
<p class="eyebrow"><a href="../../../../board/index.html">Environments</a> / run</p>
<h1>${environment}</h1>
<div class="verdict ${mark}">${icon(mark, 34)}<div><strong>${status}</strong><p>${sentence}</p></div></div>
${facts(
  knownOf([
    ['Created', instant(createdAt)],
    ['Teardown scheduled for', status === 'GONE' ? undefined : instant(end)],
    [
      'Cost so far, estimated',
      status === 'GONE'
        ? undefined
        : soFar === undefined
          ? 'not known yet'
          : `$${soFar.toFixed(2)}, at ${money(usdPerHour ?? 0)} an hour`,
    ],
    ['Commit', html`<code>${commit.slice(0, 12)}</code>`],
    ['Last execution', owner ? html`<a href="${executionPage(owner)}">${shortName(owner)}</a>` : '–'],
    ['Run', html`<code>${run}</code>`],
    [
      'Address',
      address && status !== 'GONE'
        ? html`<a class="address" href="${address}">${address.replace(/^https?:\/\//, '')}</a>`
        : undefined,
    ],
  ]),
)}</header>`;
}

/** Facts of an environment that is there are left out of one that is gone. */
const knownOf = (pairs: readonly (readonly [string, Value | undefined])[]) =>
  pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));

function failure({ environment, lastFailure }: EnvironmentRecord, at: number): Html {
  if (!lastFailure) return html``;
  const { machine, status, error, cause, at: when, execution } = lastFailure;
  return section(
    'failure',
    'Last failure',
    undefined,
    panel(html`<p><strong>${machine} ${status}</strong>, ${relative(Date.parse(when), at)}, <a href="${executionPage(execution)}">${shortName(execution)}</a></p>
<p class="cause">${[error, cause].filter(Boolean).join(': ') || 'It does not say why.'}</p>
<p class="note">The log of its build: <code>npx runbook logs ${environment}</code></p>`),
  );
}

function certified(read: Read<Certificate | undefined>, at: number): Html {
  const content = unlessUnread(read, 'The certificate of the teardown', (found) => {
    if (!found) return html``;
    const mark: Mark = found.verdict === 'CLEAN' ? 'passed' : found.verdict === 'LEFTOVERS' ? 'failed' : 'unknown';
    return html`<div class="line">${icon(mark)}<a href="certificate.html">${found.verdict}</a><span>${found.sweeps.at(-1)?.summary}</span><span class="took">${relative(Date.parse(found.at), at)}</span></div>${pairs(
      [['Cost of the run', found.cost && `$${found.cost.usd.toFixed(2)}, estimated`]],
    )}`;
  });
  return read.kind === 'read' && !read.value
    ? html``
    : section('certificate', 'Certificate', undefined, panel(content));
}

function validated(read: RunPageData['validations'], beside: (key: string) => string, at: number): Html {
  return section(
    'validations',
    'Validations',
    read.kind === 'read' ? read.value.length : undefined,
    panel(
      unlessUnread(read, 'The validations', (all) =>
        all.length === 0
          ? nothing('It is not validated yet.')
          : html`<ul class="rows">${all.map(([key, one]) => validation(key, one, beside, at))}</ul>`,
      ),
    ),
  );
}

function validation(key: string, read: Read<KeptValidation>, beside: (key: string) => string, now: number): Html {
  if (read.kind === 'unknown') return html`<li>${unread(beside(key), read.why)}</li>`;
  const { verdict, at, summary, checks, notAsked } = read.value;
  const partial = notAsked.length > 0;
  // Some checks that passed are no environment that passed.
  const mark: Mark = verdict === 'PASSED' && !partial ? 'passed' : verdict === 'FAILED' ? 'failed' : 'unknown';
  const bad = checks.filter(({ status }) => status !== 'passed');
  const counts = (['failed', 'unknown', 'passed'] as const).flatMap((status) => {
    const count = checks.filter((one) => one.status === status).length;
    return count > 0 ? [`${count} ${status}`] : [];
  });
  return html`<li><div class="line">${icon(mark)}<a href="${beside(key).replace(/\.json$/, '.html')}">${partial ? partialLabel(checks.length, checks.length + notAsked.length) : verdict}</a><span>${bad.length > 0 ? counts.join(', ') : summary.replace(/^PARTIAL \d+\/\d+: /, '')}</span><span class="took">${relative(millisOf(at) ?? now, now)}</span></div>${bad.map(({ check, status, observed }) => html`<p class="cause">${check} ${status}: ${observed}</p>`)}</li>`;
}

const WORDS: Record<PlannedAction['action'], string> = {
  destroy: 'Destroy',
  replace: 'Replace',
  change: 'Change',
  add: 'Add',
};

function planned(read: RunPageData['plan']): Html {
  return section(
    'plan',
    'Plan',
    undefined,
    unlessUnread(read, 'The plan', (changes) => {
      if (!changes) return panel(nothing('There is no plan yet.'));
      const groups = (['destroy', 'replace', 'change', 'add'] as const).map(
        (action) => [action, changes.filter((one) => one.action === action)] as const,
      );
      if (changes.length === 0) return panel(nothing('The last plan changes nothing.'));
      return html`${groups.map(([action, of]) => of.length > 0 && html`<details class="card"><summary><h3>${WORDS[action]} ${of.length}</h3><span class="glance">${of.map(({ address }) => address).join(', ')}</span></summary><div class="body"><ul class="quoted">${of.map(({ address }) => html`<li><code>${address}</code></li>`)}</ul></div></details>`)}`;
    }),
  );
}

function built(read: RunPageData['builds']): Html {
  return section(
    'builds',
    'Builds',
    read.kind === 'read' ? read.value.length : undefined,
    unlessUnread(read, 'The builds', (builds) =>
      builds.length === 0 ? panel(nothing('No build has begun.')) : html`${builds.map(build)}`,
    ),
  );
}

function build({ id, what, status, startedAt, endedAt, log }: RunBuildView): Html {
  const mark: Mark = status === 'SUCCEEDED' ? 'passed' : status === 'IN_PROGRESS' ? 'pending' : 'failed';
  const took = startedAt !== undefined && endedAt !== undefined ? duration(endedAt - startedAt) : '';
  const lines = unlessUnread(log, 'The log', (text) =>
    text.length > 0 ? html`<pre tabindex="0"><code>${text.join('\n')}</code></pre>` : nothing('The log is empty.'),
  );
  return html`<details class="card ${mark}"${mark === 'failed' && html` open`}><summary>${icon(mark, 20)}<h3>${what}</h3><span class="status ${mark}">${status}</span><span class="took">${took}</span></summary><div class="body"><p class="note">The end of the log of <code>${id}</code>${startedAt !== undefined && html`, begun ${instant(startedAt)}`}</p>${lines}</div></details>`;
}

function said(read: RunPageData['messages']): Html {
  return section(
    'messages',
    'Messages',
    read.kind === 'read' ? read.value.length : undefined,
    panel(
      unlessUnread(read, 'The messages', (all) =>
        all.length === 0
          ? nothing('No message was sent.')
          : html`${all.map((one) => (one.kind === 'unknown' ? unread('A message', one.why) : mail(one.value)))}`,
      ),
    ),
  );
}

/** The page is of one environment, whose place begins each subject. */
function mail({ at, subject, text, execution }: Message): Html {
  return html`<details class="raw"><summary>${subject.slice(subject.indexOf(': ') + 1).trim()} <span class="count">${instant(at)}</span></summary><p class="note">Of <code>${shortName(execution)}</code></p><pre tabindex="0" class="message">${text}</pre></details>`;
}
