import { type Certificate, type CertifiedSweep, describeCounts, type Leftover } from '../contracts/certificate.ts';
import { executionPage } from '../contracts/console.ts';
import type { Finding, SweepVerdict } from '../contracts/contracts.ts';
import { facts, table } from './components.ts';
import { htmlDocument } from './document.ts';
import { type Html, html } from './html.ts';
import { icon, type Mark, markOf } from './icons.ts';
import { money, perHour } from './money.ts';
import { plainText, VERDICT_REMEDIES } from './remedies.ts';
import { duration, instant, millisOf } from './times.ts';

const MARKS: Record<SweepVerdict, Mark> = { CLEAN: 'passed', LEFTOVERS: 'failed', INCONCLUSIVE: 'unknown' };
const FATES: Record<Certificate['existed'][number]['fate'], string> = {
  destroyed: 'confirmed gone',
  left: 'LEFT',
  unknown: 'not known',
  kept: 'kept on purpose',
  others: 'stands, and is another’s now',
  part: 'removed with its parent',
};

/**
 * Renders what is left of a run, and what is not, as a self-contained page. The function never throws: a page that
 * cannot be rendered must not fail the sweep that it describes.
 * @param folder `s3://…/`, which contains the same data as JSON
 */
export function renderCertificate(certificate: Certificate, folder: string): string {
  const { environment, verdict, sweeps } = certificate;
  const title = `${environment}: teardown ${verdict}`;
  const last = sweeps.at(-1);
  try {
    if (!last) throw new Error('no sweep');
    return htmlDocument(
      title,
      html`${head(certificate, last)}
<main>${left(last)}${unknown(last)}${kept(last)}${existed(certificate, last)}${costs(certificate)}${history(certificate)}</main>
${foot(certificate, last, folder)}`,
    );
  } catch {
    return htmlDocument(
      title,
      html`<header class="top"><h1>${environment}</h1><p>${verdict}</p></header>
<main><p>This certificate could not be drawn. What was found is kept as JSON in ${folder}</p></main>`,
    );
  }
}

function head(certificate: Certificate, last: CertifiedSweep): Html {
  const { environment, run, accountId, region, verdict, at, createdAt, cost, sweeps } = certificate;
  const mark = MARKS[verdict];
  const hourly = last.leftovers.reduce((sum, one) => sum + (one.hourly.usd ?? 0), 0);
  return html`<header class="top">
<p class="eyebrow">Certificate of a teardown</p>
<h1>${environment}</h1>
<div class="verdict ${mark}">${icon(mark, 34)}<div><strong>${verdict}</strong><p>${last.summary}</p></div></div>
${facts([
  ['As of', instant(at)],
  ['Sweeps', sweeps.length],
  ['Environment created', createdAt ? instant(createdAt) : 'not recorded'],
  ['Existed, by Terraform’s state', certificate.existed.length || 'not recorded'],
  ['Left', last.leftovers.length],
  ['Cost of leftovers', last.leftovers.length ? html`at least ${money(hourly)} an hour` : 'none'],
  ['Cost of the run, estimated', cost ? money(cost.usd) : 'not known'],
  ['Account', html`${accountId}, <span class="whole">${region}</span>`],
  ['Run', html`<code>${run}</code>`],
  ['Execution', html`<a href="${executionPage(last.execution)}">in the AWS console</a>`],
])}${whatToDo(verdict, environment)}</header>`;
}

/** Returns the remedy of docs/operating.md. */
function whatToDo(verdict: SweepVerdict, environment: string): Html {
  if (verdict === 'CLEAN') return html``;
  const { means, action } = VERDICT_REMEDIES[verdict];
  return html`<div class="remedy"><h4>What to do</h4><p>${plainText(means, environment)}</p><p>${plainText(action, environment)}</p></div>`;
}

function left({ leftovers }: CertifiedSweep): Html {
  if (leftovers.length === 0) return html``;
  return section('left', 'Left', leftovers.length, leftovers.map(leftoverCard));
}

function leftoverCard(one: Leftover): Html {
  const { service, type, id, arn, reason, source, hourly, remove, removeAfter } = one;
  return html`<details class="card failed" open><summary>${icon('failed', 20)}<h3>${service} ${type}</h3><span class="status failed">${id}</span><span class="took">${priceOf(one)}</span></summary>
<div class="body"><dl class="claims">
<div><dt>ARN</dt><dd><code>${arn ?? id}</code></dd></div>
<div><dt>The service says</dt><dd>${reason}</dd></div>
<div><dt>Known by</dt><dd>${KNOWN_BY[source]}</dd></div>
<div><dt>Proven by</dt><dd>${PROVEN_BY[one.proof ?? 'nothing']}</dd></div>
<div><dt>Cost</dt><dd>${hourly.usd ? `${money(hourly.usd)} an hour: ` : ''}${hourly.basis}</dd></div>
${removeAfter && html`<div><dt>First remove</dt><dd>${removeAfter}</dd></div>`}</dl>
${remove ? html`<h4>Remove it with</h4><pre tabindex="0"><code>${remove}</code></pre>` : html`<p class="note">${one.proof ? 'There is no single command that removes it.' : 'Nothing but its name says whose it is: ask before you remove it.'}</p>`}</div></details>`;
}

function priceOf({ hourly: { usd } }: Leftover): string {
  if (usd === undefined) return 'cost by use';
  return usd === 0 ? 'free' : `${money(usd)} / h`;
}

const KNOWN_BY: Record<Finding['source'], string> = {
  inventory: 'the inventory taken before the destroy',
  tag: 'its tags',
  name: 'its name',
  lister: 'the service’s own list',
  event: 'the call that created it, in CloudTrail',
};

const PROVEN_BY: Record<NonNullable<Finding['proof']> | 'nothing', string> = {
  tags: 'its tags, project and environment',
  inventory: 'the inventory taken before the destroy',
  vpc: 'the environment’s VPC around it',
  event: 'the call by which a role of the environment created it',
  name: 'an exact name of the run, which no other environment’s record claims',
  nothing: 'nothing',
};

function unknown({ unknown: findings, limits }: CertifiedSweep): Html {
  const what = (one: Finding) => (one.type === '*' ? 'all of it' : `${one.type} ${one.arn ?? one.id}`);
  const rows = findings.map((one) => [one.service, html`<code>${what(one)}</code>`, one.reason]);
  return html`${
    rows.length > 0 &&
    section(
      'unknown',
      'Could not be confirmed',
      rows.length,
      html`<div class="panel">${table('What could not be checked', ['Service', 'What', 'Why'], rows)}</div>`,
    )
  }${
    limits.length > 0 &&
    section(
      'limits',
      'What the search left out',
      undefined,
      html`<div class="panel"><ul class="troubles">${limits.map((limit) => html`<li>${limit}</li>`)}</ul></div>`,
    )
  }`;
}

function kept({ excluded }: CertifiedSweep): Html {
  if (excluded.length === 0) return html``;
  return section(
    'kept',
    'Kept on purpose',
    excluded.length,
    html`<div class="panel">${table(
      'Declared exclusions that were found',
      ['Service', 'What', 'State', 'Why it stays'],
      excluded.map((one) => [one.service, html`${one.type} <code>${one.arn ?? one.id}</code>`, one.status, one.why]),
    )}</div>`,
  );
}

function existed(certificate: Certificate, last: CertifiedSweep): Html {
  const { existed: items } = certificate;
  if (items.length === 0) return html``;
  const fates = Object.entries(Object.groupBy(items, ({ fate }) => fate)) as [keyof typeof FATES, typeof items][];
  const glance = fates.map(([fate, of]) => `${of.length} ${FATES[fate]}`).join(', ');
  return section(
    'existed',
    'What existed',
    items.length,
    html`<details class="card"><summary><h3>By Terraform’s state, before the destroy</h3><span class="glance">${glance}</span></summary>
<div class="body"><p class="note">${describeCounts(certificate, last)}</p>${table(
      'Resources and what became of them',
      ['Resource', 'Id', 'Now'],
      items.map((one) => [
        html`${one.type} <span class="whole">${one.name}</span>`,
        html`<code>${one.arn ?? one.id}</code>`,
        FATES[one.fate],
      ]),
    )}</div></details>`,
  );
}

function costs({ cost }: Certificate): Html {
  if (!cost) return html``;
  return section(
    'cost',
    'What the run cost, estimated',
    undefined,
    html`<div class="panel">${facts([
      ['In all', money(cost.usd)],
      ['An hour', money(cost.usdPerHour)],
      ['For', duration(cost.hours * 3_600_000)],
      ['From', instant(cost.from)],
      ['To', instant(cost.to)],
    ])}${table(
      'Parts of the cost',
      ['What', 'Number', 'Total per hour'],
      cost.lines.map((line) => [line.what, line.count, perHour(line.usdPerHour)]),
    )}<p class="note">${cost.prices.note} Prices of ${cost.prices.region} in ${cost.prices.currency}, as of ${cost.prices.asOf}. The estimate assumes that every resource existed from the creation of the environment to the first sweep after the teardown.</p></div>`,
  );
}

function history({ sweeps }: Certificate): Html {
  const passesOf = (sweep: CertifiedSweep) =>
    sweep.passes.map(({ pass, startedAt, endedAt }) => {
      const [from, to] = [millisOf(startedAt), millisOf(endedAt)];
      const took = from === undefined || to === undefined ? 'not finished' : duration(to - from);
      return html`<div>pass ${pass}: ${instant(startedAt)}, <span class="whole">${took}</span></div>`;
    });
  return section(
    'sweeps',
    'Sweeps',
    sweeps.length,
    html`<div class="panel">${table(
      'Every sweep of this run, the oldest first',
      ['Sweep', 'Verdict', 'Passes', 'Gone', 'Left', 'Unknown'],
      sweeps.map((one) => [
        html`<code>${one.execution.slice(one.execution.lastIndexOf(':') + 1)}</code>`,
        html`<span class="whole">${icon(markOf(MARKS[one.verdict]))} ${one.verdict}</span>`,
        passesOf(one),
        one.absent.length,
        one.leftovers.length,
        one.unknown.length,
      ]),
    )}</div>`,
  );
}

function section(id: string, title: string, count: number | undefined, content: Html | Html[]): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}${count !== undefined && html` <span class="count">${count}</span>`}</h2>${content}</section>`;
}

function foot({ at, signature }: Certificate, last: CertifiedSweep, folder: string): Html {
  return html`<footer>${facts([
    ['Execution', html`<code>${last.execution}</code>`],
    ['The same as JSON', html`<code>${folder}</code>`],
    [
      'Signature',
      signature
        ? html`by <code>${signature.key}</code>; <code>npx runbook verify certificate.json</code> checks it`
        : 'none: the log of runbook-verdict says why',
    ],
  ])}
<p>Written by Runbook, ${instant(at)}. CLEAN needs two complete passes. A service that cannot be read makes the verdict INCONCLUSIVE.</p></footer>`;
}
