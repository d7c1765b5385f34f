import { describe, expect, test } from 'vitest';
import { CHECKS, type CheckName } from '../../../../lambdas/contracts/contracts.ts';
import { evidenceOf } from '../../../../lambdas/report/evidence.ts';
import { renderReport } from '../../../../lambdas/report/page.ts';
import { bad } from '../../../support/reports/bad.ts';
import { good } from '../../../support/reports/good.ts';

const sample = (check: CheckName, of = good) => of.checks.find((one) => one.check === check)?.evidence ?? {};
const shown = (check: string, evidence: unknown) => evidenceOf(check, evidence).markup;

const HOSTILE = `"><script>alert('x')</script><img src=x onerror=alert(1)>&lt;`;
const ODD: unknown[] = [
  null,
  undefined,
  '',
  'text',
  0,
  -1,
  Number.NaN,
  1e308,
  true,
  [],
  [null],
  [[[]]],
  ['text'],
  {},
  { at: 1e300, ms: -5 },
  [{ at: 'never', visible: '1' }, { at: 8.7e15 }],
  Array.from({ length: 500 }, () => ({})),
];

/** Replaces every string of the value with a hostile one. The shape stays the same. */
function poisoned(value: unknown): unknown {
  if (typeof value === 'string') return HOSTILE;
  if (Array.isArray(value)) return value.map(poisoned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poisoned(inner)]));
}

/** Yields the value with one of its parts at a time replaced by an odd value. */
function* distorted(value: unknown): Generator<unknown> {
  yield* ODD;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const odd of distorted(inner)) yield Array.isArray(value) ? [odd] : { ...value, [key]: odd };
  }
}

const seen = (kind: string, status: string, text: string) => ({
  ...{ kind, id: `arn:${kind}`, address: `aws_${kind}.x`, status },
  seen: [text],
});
const OF_RESOURCES = {
  resources: [seen('sqs', 'passed', '0 messages'), seen('rds', 'unread', 'no data'), seen('http', 'failed', '404')],
};

describe('evidence of resources', () => {
  test('shows what needs a person first, each with its address in the state', () => {
    const { markup } = evidenceOf('front-door', OF_RESOURCES);
    const [failed, unread, passed] = ['404', 'no data', '0 messages'].map((text) =>
      markup.indexOf(`<div>${text}</div>`),
    );
    expect(failed).toBeGreaterThan(0);
    expect([failed, unread, passed]).toEqual([failed, unread, passed].toSorted((one = 0, other = 0) => one - other));
    expect(markup).toMatch(/aws_rds\.x.*arn:rds.*says nothing/s);
  });

  test('survives every odd shape', () => {
    for (const evidence of distorted(OF_RESOURCES))
      expect(evidenceOf('front-door', evidence).markup).not.toMatch(/can only be shown as JSON|NaN<|\[object/);
    expect(evidenceOf('front-door', poisoned(OF_RESOURCES)).markup).not.toMatch(/<script|<img/);
  });
});

describe('evidence', () => {
  test.each(CHECKS)('of %s survives every odd shape', (check) => {
    let seen = 0;
    for (const evidence of distorted(sample(check, bad))) {
      const markup = shown(check, evidence);
      expect(markup).toMatch(/Evidence as JSON|No evidence/);
      expect(markup).not.toMatch(/can only be shown as JSON|NaN<|Infinity|\[object|="NaN/);
      seen += 1;
    }
    expect(seen).toBeGreaterThan(ODD.length - 1);
  });

  test.each([
    ['good', good],
    ['bad', bad],
  ])('of a %s run lets no hostile value become markup', (_, data) => {
    const checks = data.checks.map((one) => ({
      ...one,
      expected: HOSTILE,
      observed: `${HOSTILE}; ${HOSTILE}`,
      evidence: poisoned(one.evidence) as Record<string, unknown>,
    }));
    const { environment, run, folder } = poisoned(good) as typeof good;
    const page = renderReport({ ...data, environment, run, folder, checks });
    expect(page).not.toMatch(/<script|<img/);
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
    const tags = new Set([...page.matchAll(/<([a-z][a-z0-9]*)/g)].map(([, tag]) => tag));
    const known = new Set([...renderReport(data).matchAll(/<([a-z][a-z0-9]*)/g)].map(([, tag]) => tag));
    expect([...tags].filter((tag) => !known.has(tag))).toEqual([]);
  });

  test('that was cut is shown as far as it goes', () => {
    const markup = shown('ecr-images', { truncated: true, beginning: '{"images":[<' });
    expect(markup).toContain('There was more than fits');
    expect(markup).toContain('<code>{&quot;images&quot;:[&lt;</code>');
  });

  test('that cannot even be read is no reason to lose the rest', () => {
    const evidence = {
      get services() {
        throw new Error('no');
      },
    };
    expect(shown('ecs-services', evidence)).toContain('can only be shown as JSON');
  });

  test('of a log group that does not exist counts nothing', () => {
    const markup = shown('worker-logs', { group: '/ecs/x/worker', exists: false });
    expect(markup).toContain('/ecs/x/worker');
    expect(markup).not.toMatch(/<dt>(Errors|Newest)/);
  });

  test('that is not there is said to be so', () => {
    expect(shown('backend', {})).toContain('No evidence was gathered.');
  });

  test.each<[CheckName, string[]]>([
    ['ecs-services', ['>1 of 2</td>', 'rollout IN_PROGRESS', 'Stopped tasks of', 'exit 137']],
    ['worker-logs', ['Errors, newest last', 'Reached heap limit &lt;script&gt;']],
    ['e2e-order', ['not reached', 'is FAILED after 3 retries', 'PENDING at 212 ms → PROCESSING at 1.1 s (retry 2)']],
    ['sqs-backlog', ['2, 5, 9, 8, 12, 14, 13, 17', '<path class="line" d="M0 ', '1 visible, 0 in flight']],
    [
      'alb-health',
      [
        '<th scope="row">10.0.0.100</th><td data-name="Port" class="number">8080</td><td data-name="State">healthy</td>',
        '63 ms',
      ],
    ],
    ['backend', ['Enabled', 'AES256', 'blocked', 'key LockID']],
  ])('of %s is readable', (check, words) => {
    for (const word of words) expect(shown(check, sample(check, bad))).toContain(word);
  });

  test('of images says which digests differ from that of the commit', () => {
    const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
    const image = { service: 's', commit: 'abcdef1', commitDigest: digest('a'), stableTag: 'api-main' };
    const markup = shown('ecr-images', {
      images: [{ ...image, stableDigest: digest('a'), running: [{ digest: digest('b') }] }],
    });
    expect(markup.match(/differs/g)).toHaveLength(1);
    expect(markup).toContain(`<code>sha256:${'b'.repeat(12)}</code> <strong>differs</strong>`);
  });

  test('of an order that passed ends at its deletion', () => {
    expect(shown('e2e-order', sample('e2e-order'))).toContain('deleted passed queue 0 → 0');
  });

  test('of an order tells a time of its own from one at which it was noticed, and what deletion rests on', () => {
    const behaviours = [
      { name: 'stored', status: 'passed', ms: 12, exact: true },
      { name: 'published', status: 'passed', ms: 60, exact: false },
      { name: 'deleted', status: 'passed', ms: 110, exact: true },
    ];
    const states = [{ status: 'PENDING', ms: 12, retryCount: 0, exact: true }];
    const markup = shown('e2e-order', {
      orders: [{ orderId: 'o-1', states, behaviours }],
      deleted: { status: 'passed', restsOn: 'the log' },
    });
    expect(markup).toContain('stored passed 12 ms; published passed by 60 ms');
    expect(markup).toContain('deleted passed 110 ms');
    expect(markup).toContain('Deletion rests on the log.');
  });

  test('of a journey that the configuration lists has its own steps', () => {
    const behaviours = [
      { name: 'stored', status: 'passed', ms: 12, exact: true },
      { name: 'worked', status: 'not-ready', text: 'is not in /x' },
    ];
    const orders = [{ orderId: 'j-1', states: [], behaviours }];
    const markup = shown('jobs', { orders, steps: ['stored', 'worked', 'processed'] });
    expect(markup).toContain('Journey of Request j-1');
    expect(markup).toMatch(/stored passed 12 ms; worked \S.*; PROCESSED \S.* not reached/);
    expect(markup).toContain('since the request was sent');
    expect(markup).not.toContain('Deletion rests on');
    expect(shown('jobs', { orders, steps: ['stored'] })).toContain('x="50%"');
    const queued = { orders, steps: ['stored', 'deleted'], deleted: { status: 'passed', restsOn: 'counts' } };
    expect(shown('jobs', queued)).toContain('Deletion rests on counts.');
  });

  test('of more orders than can be drawn says how many there are', () => {
    const [order] = sample('e2e-order').orders as unknown[];
    const markup = shown('e2e-order', { orders: Array.from({ length: 12 }, () => order) });
    expect(markup).toContain('And 2 more orders');
    expect(markup.match(/<figure class="journey">/g)).toHaveLength(10);
  });
});
