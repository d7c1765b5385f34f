import type { CheckName } from '../contracts/contracts.ts';
import { jsonOf, listOf, numberOf, recordOf, recordsOf, shortArn, shortDigest, textOf } from './accessors.ts';
import { facts, quoted, table } from './components.ts';
import { type Html, html, type Value } from './html.ts';
import { hasJourneys, journeys } from './journey.ts';
import { queueDepth } from './queue-depth.ts';
import { duration, instant } from './times.ts';

type Evidence = Record<string, unknown>;

const VIEWS: Record<CheckName, { when: (evidence: Evidence) => boolean; view: (evidence: Evidence) => Html }> = {
  'ecs-services': { when: ({ services }) => listOf(services).length > 0, view: ecsServices },
  'alb-health': { when: ({ targets, health }) => Array.isArray(targets) || health !== undefined, view: albHealth },
  'worker-logs': { when: ({ group }) => group !== undefined, view: workerLogs },
  'e2e-order': { when: hasJourneys, view: journeys },
  'sqs-backlog': {
    when: ({ series, deadLetters }) => series !== undefined || deadLetters !== undefined,
    view: queueDepth,
  },
  'ecr-images': { when: ({ images }) => listOf(images).length > 0, view: ecrImages },
  backend: { when: ({ bucket, table }) => bucket !== undefined || table !== undefined, view: backend },
};

/** The evidence of a team's own check has names, but no known shape. */
const OF_A_TEAM = { when: () => true, view: anything };

/** Of a check of resources, and of what says the same of some. */
const OF_RESOURCES = { when: ({ resources }: Evidence) => listOf(resources).length > 0, view: resourcesSeen };

/** Of a journey that the configuration lists. */
const OF_A_JOURNEY = { when: hasJourneys, view: journeys };

/** What a check saw, as its kind is best read. All of it is always there as JSON too, whatever its shape. */
export function evidenceOf(check: string, given: unknown): Html {
  const evidence = recordOf(given);
  if (Object.keys(evidence).length === 0) return html`<p class="note">No evidence was gathered.</p>`;
  const own = Array.isArray(evidence.resources)
    ? OF_RESOURCES
    : Array.isArray(evidence.steps)
      ? OF_A_JOURNEY
      : OF_A_TEAM;
  const { when, view } = Object.hasOwn(VIEWS, check) ? VIEWS[check as CheckName] : own;
  return html`${attempt(() => (when(evidence) ? view(evidence) : html``))}
<details class="raw"><summary>Evidence as JSON</summary>
${evidence.truncated === true && html`<p class="note">There was more than fits; this is its beginning.</p>`}
<pre tabindex="0"><code>${evidence.truncated === true ? textOf(evidence.beginning) : jsonOf(evidence, 2)}</code></pre></details>`;
}

/** Returns a note when a view fails on an unexpected shape. The reader still has the JSON. */
function attempt(view: () => Html): Html {
  try {
    return view();
  } catch {
    return html`<p class="note">This evidence can only be shown as JSON.</p>`;
  }
}

/** Shows single values as facts and lists as quotes. Nested values are only in the JSON. */
function anything(evidence: Evidence): Html {
  const entries = Object.entries(evidence).filter(([name]) => name !== 'truncated' && name !== 'beginning');
  const single = entries.filter(([, value]) => typeof value !== 'object' || value === null);
  const many = entries.filter(([, value]) => Array.isArray(value));
  return html`${single.length > 0 && facts(single.map(([name, value]) => [named(name), textOf(value)]))}
${many.map(([name, value]) => quoted(named(name), lines(value)))}`;
}

/** Returns a title: `firstSeen` or `first_seen` → `First seen`. */
function named(key: string): string {
  const words = key
    .replaceAll(/[_-]+/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function ecsServices(evidence: Evidence): Html {
  const services = recordsOf(evidence.services);
  return html`${table(
    'Services',
    ['Service', 'Status', 'Running', 'Pending', 'Deployments'],
    services.map((one) => [
      textOf(one.name),
      textOf(one.status),
      `${textOf(one.running)} of ${textOf(one.desired)}`,
      textOf(one.pending),
      recordsOf(one.deployments).map(
        (deployment) =>
          html`<div>${textOf(deployment.status)}, rollout ${textOf(deployment.rolloutState, 'not reported')} <code>${shortArn(deployment.taskDefinition)}</code></div>`,
      ),
    ]),
  )}
${services.map((one) => [
  quoted(`Stopped tasks of ${textOf(one.name)}`, lines(one.stopped)),
  quoted(`Events of ${textOf(one.name)}`, lines(one.events)),
])}`;
}

function albHealth(evidence: Evidence): Html {
  const health = recordOf(evidence.health);
  const answered = health.kind === 'answer';
  return html`${table(
    'Targets',
    ['Target', 'Port', 'State', 'Reason', 'Description'],
    recordsOf(evidence.targets).map((one) => [
      textOf(one.id),
      textOf(one.port),
      textOf(one.state),
      textOf(one.reason),
      textOf(one.description),
    ]),
  )}
${facts([
  ['Load balancer', textOf(evidence.dnsName)],
  ...(evidence.service === undefined
    ? []
    : ([
        [
          `Running tasks of ${textOf(evidence.service)}`,
          `${listOf(evidence.tasks).length} of ${textOf(evidence.desired)}`,
        ],
      ] as const)),
  [
    `GET ${textOf(evidence.path, '/actuator/health')}`,
    answered ? textOf(health.status) : textOf(health.message, 'no answer'),
  ],
  ...(answered
    ? ([
        ['Answered by', textOf(health.address)],
        ['Response time', duration(numberOf(health.ms))],
        ...(health.location === undefined ? [] : [['Redirects to', textOf(health.location)] as const]),
      ] as const)
    : []),
])}
${answered && quoted('Body', [textOf(health.body, '(empty)')])}`;
}

/** Shows only what was read: for a log group that does not exist, nothing is known, not even "0 errors". */
function workerLogs(evidence: Evidence): Html {
  const newest = recordOf(evidence.newest);
  const searched = recordOf(evidence.searched);
  const streams = lines(evidence.streams).map((one) => html`<div><code>${one}</code></div>`);
  const rows: [string, Value][] = [['Log group', textOf(evidence.group)]];
  if (evidence.exists === false) rows.push(['Exists', 'no']);
  if (evidence.errors !== undefined) {
    rows.push([searched.finished === false ? 'Errors, as far as read' : 'Errors', textOf(evidence.errors)]);
  }
  if (searched.from !== undefined) rows.push(['Counted since', instant(searched.from)]);
  if (searched.pages !== undefined) {
    rows.push(['Log pages read', `${textOf(searched.pages)} in ${duration(numberOf(searched.ms))}`]);
  }
  if (newest.at !== undefined) rows.push(['Newest event', instant(newest.at)]);
  if (streams.length > 0) rows.push(['Newest streams', streams]);
  return html`${facts(rows)}
${quoted('Errors, newest last', lines(evidence.quoted))}
${newest.message !== undefined && quoted('Newest event', [textOf(newest.message)])}`;
}

function ecrImages(evidence: Evidence): Html {
  return table(
    'Images of each service',
    ['Service', 'Tag of the commit', 'Stable tag', 'Running'],
    recordsOf(evidence.images).map((one) => {
      const digest = (value: unknown) =>
        value === undefined
          ? html`<span>none</span>`
          : html`<code>${shortDigest(value)}</code>${one.commitDigest !== undefined && value !== one.commitDigest && html` <strong>differs</strong>`}`;
      return [
        textOf(one.service),
        html`<code>${textOf(one.commit).slice(0, 12)}</code><div>${digest(one.commitDigest)}</div>`,
        html`<code>${textOf(one.stableTag)}</code><div>${digest(one.stableDigest)}</div>`,
        recordsOf(one.running).map((container) => html`<div>${digest(container.digest)}</div>`),
      ];
    }),
  );
}

/** What needs a person comes first. */
const BY_URGENCY = ['failed', 'unknown', 'not-ready', 'unread', 'passed'];
const RESOURCE_STATUS: Readonly<Record<string, string>> = {
  failed: 'failed',
  unknown: 'could not be checked',
  'not-ready': 'is not ready',
  unread: 'says nothing',
  passed: 'passed',
};

function resourcesSeen(evidence: Evidence): Html {
  const urgency = ({ status }: Evidence) => BY_URGENCY.indexOf(textOf(status));
  const rows = [...recordsOf(evidence.resources)].sort((one, other) => urgency(one) - urgency(other));
  return table(
    'Resources',
    ['Kind', 'Resource', 'Status', 'Seen'],
    rows.map((one) => [
      textOf(one.kind),
      html`<div>${textOf(one.address)}</div><code>${textOf(one.id)}</code>`,
      RESOURCE_STATUS[textOf(one.status)] ?? textOf(one.status),
      lines(one.seen).map((text) => html`<div>${text}</div>`),
    ]),
  );
}

function backend(evidence: Evidence): Html {
  const open = lines(evidence.openToPublic);
  return facts([
    ['State bucket', textOf(evidence.bucket)],
    ['Versioning', textOf(evidence.versioning, 'never enabled')],
    ['Encryption', lines(evidence.encryption).join(', ') || 'none'],
    ['Public access', open.length > 0 ? `not blocked: ${open.join(', ')}` : 'blocked'],
    ['State', `${textOf(evidence.stateKey)} (${evidence.stateExists === true ? 'there' : 'missing'})`],
    ['Lock table', `${textOf(evidence.table)} (${textOf(evidence.tableStatus)}, key ${textOf(evidence.hashKey)})`],
  ]);
}

function lines(value: unknown): string[] {
  return listOf(value).map((one) => textOf(one));
}
