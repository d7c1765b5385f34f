import { describe, expect, test } from 'vitest';
import {
  type AlbObservation,
  albHealth,
  type HttpObservation,
} from '../../../../../lambdas/validation/checks/alb-health.ts';
import type { ListenerRule } from '../../../../../lambdas/validation/checks/listener-rules.ts';
import { aService } from '../../support/fixtures.ts';

const DNS = 'x-1.eu-west-1.elb.amazonaws.com';
const answer = (status: number, body: string, more = {}): HttpObservation => ({
  kind: 'answer',
  status,
  body,
  address: '203.0.113.5',
  ms: 12,
  ...more,
});
const svc = (desired: number, ...addresses: (string | undefined)[]) =>
  aService('api-svc', {
    desired,
    running: addresses.length,
    runningTasks: addresses.map((address, index) => ({
      task: `task-${index}`,
      taskDefinition: 'api:2',
      startedAt: 1,
      ...(address ? { address } : {}),
    })),
  });
const at = (...ids: string[]) => ids.map((id) => ({ id, state: 'healthy' }));
const GROUP = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/api/1';
const OTHER = 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/site/2';
const balancers = (...names: string[]) => names.map((dnsName) => ({ arn: `arn:${dnsName}`, dnsName }));
const rule = (priority: number, changes: Partial<ListenerRule> = {}): ListenerRule => ({
  ...{ priority, conditions: [], actions: ['forward'], groups: [GROUP] },
  ...changes,
});
const LAST = Number.POSITIVE_INFINITY;
const group = (changes: object = {}) => ({
  group: { loadBalancers: balancers(DNS), path: '/actuator/health', codes: '200', ...changes },
});
const good: AlbObservation = {
  dnsName: DNS,
  groupArn: GROUP,
  ...group(),
  rules: [rule(LAST)],
  targets: at('10.0.0.1'),
  service: svc(1, '10.0.0.1'),
  health: answer(200, '{"status":"UP"}'),
};
const target = (state: string, reason = '') => ({ targets: [{ id: '10.0.0.1', state, reason }] });

const rows: [string, Partial<AlbObservation>, string, RegExp][] = [
  ['UP and healthy', {}, 'passed', /200 UP/],
  ['UP with components', { health: answer(200, '{"status":"UP","components":{}}') }, 'passed', /UP/],
  ...['DOWN', 'unhealthy', 'Unhealthy', 'fail'].map((status): (typeof rows)[number] => [
    `200 with the status ${status}, of another path`,
    { ...group({ path: '/healthz' }), health: answer(200, JSON.stringify({ status })) },
    'not-ready',
    /with status/,
  ]),
  ...['UP', 'Degraded', 'pass', 'ok'].map((status): (typeof rows)[number] => [
    `200 with the status ${status}, of another path`,
    { ...group({ path: '/healthz' }), health: answer(200, JSON.stringify({ status })) },
    'passed',
    /200/,
  ]),
  [
    'no such path on the traffic port, where the health check has a port of its own',
    { ...group({ port: 8081 }), targets: [{ id: '10.0.0.1', state: 'healthy', port: 8080 }], health: answer(404, '') },
    'unknown',
    /health check asks port 8081 of a target, and no listener forwards to it.*404/,
  ],
  [
    'another body than that of the port of the health check',
    {
      ...group({ port: 8081 }),
      targets: [{ id: '10.0.0.1', state: 'healthy', port: 8080 }],
      health: answer(200, '<p>'),
    },
    'unknown',
    /asks port 8081/,
  ],
  [
    'UP on both ports',
    { ...group({ port: 8081 }), targets: [{ id: '10.0.0.1', state: 'healthy', port: 8080 }] },
    'passed',
    /200 UP/,
  ],
  [
    'a number that is the traffic port',
    { ...group({ port: 8080 }), targets: [{ id: '10.0.0.1', state: 'healthy', port: 8080 }], health: answer(404, '') },
    'failed',
    /404/,
  ],
  ['a name in capitals', { dnsName: DNS.toUpperCase() }, 'passed', /UP/],
  ['a draining target beside', { targets: [...good.targets, { id: 'old', state: 'draining' }] }, 'passed', /UP/],
  ['200 with DOWN', { health: answer(200, '{"status":"DOWN"}') }, 'not-ready', /status DOWN/],
  ['200 with "up" in small letters', { health: answer(200, '{"status":"up"}') }, 'not-ready', /status up/],
  [
    '200 with UP in another place',
    { health: answer(200, '{"body":{"status":"UP"}}') },
    'failed',
    /not a health report/,
  ],
  ['200 with a string', { health: answer(200, '"UP"') }, 'failed', /not a health report/],
  ['200 with a list', { health: answer(200, '[{"status":"UP"}]') }, 'failed', /not a health report/],
  ['200 with a page that says UP', { health: answer(200, '<html>"status":"UP"</html>') }, 'failed', /not a health/],
  ['200 with null', { health: answer(200, 'null') }, 'failed', /not a health report/],
  ['204', { health: answer(204, '') }, 'failed', /204/],
  ['404', { health: answer(404, '{"status":"UP"}') }, 'failed', /404/],
  ['503', { health: answer(503, '{"status":"DOWN"}') }, 'not-ready', /503/],
  [
    'a redirect to the metadata service',
    { health: answer(302, '', { location: 'http://169.254.169.254/latest' }) },
    'failed',
    /302 to http:\/\/169\.254\.169\.254\/latest/,
  ],
  [
    'an address that is refused',
    { health: { kind: 'refused', message: 'resolves to 10.0.0.1' } },
    'failed',
    /10\.0\.0\.1/,
  ],
  ['no answer', { health: { kind: 'silent', message: 'no answer within 5 s' } }, 'not-ready', /5 s/],
  [
    'the name of another load balancer',
    group({ loadBalancers: balancers('y.elb.amazonaws.com') }),
    'failed',
    /not the address/,
  ],
  ['a target group without load balancer', group({ loadBalancers: [] }), 'failed', /no load balancer/],
  ['no target registered', { targets: [] }, 'not-ready', /no target/],
  ['only draining targets', target('draining'), 'not-ready', /no target/],
  ['initial', target('initial', 'Elb.RegistrationInProgress'), 'not-ready', /Elb.RegistrationInProgress/],
  ['unhealthy', target('unhealthy', 'Target.Timeout'), 'not-ready', /Target.Timeout/],
  ['unused', target('unused', 'Target.NotInUse'), 'failed', /Target.NotInUse/],
  ['unavailable', target('unavailable', 'Elb.InternalError'), 'unknown', /unavailable/],
  [
    'two tasks, two targets',
    { targets: at('10.0.0.2', '10.0.0.1'), service: svc(2, '10.0.0.1', '10.0.0.2') },
    'passed',
    /2\/2 tasks of api-svc are targets/,
  ],
  [
    'two tasks, of which one is no target',
    { service: svc(2, '10.0.0.1', '10.0.0.2') },
    'not-ready',
    /^task at 10\.0\.0\.2 is no target$/,
  ],
  [
    'two tasks, of which one is draining',
    { targets: [...at('10.0.0.1'), { id: '10.0.0.2', state: 'draining' }], service: svc(2, '10.0.0.1', '10.0.0.2') },
    'not-ready',
    /task at 10\.0\.0\.2 is no target/,
  ],
  [
    'a healthy target that is no task',
    { targets: at('10.0.9.99'), service: svc(2, '10.0.0.10', '10.0.0.11') },
    'not-ready',
    /target 10\.0\.9\.99 is no running task of api-svc; task at 10\.0\.0\.10 is no target/,
  ],
  [
    'a stranger beside the task',
    { targets: at('10.0.0.1', '10.0.9.99') },
    'not-ready',
    /^target 10\.0\.9\.99 is no running task/,
  ],
  ['a draining stranger beside', { targets: [...at('10.0.0.1'), { id: 'x', state: 'draining' }] }, 'passed', /UP/],
  ['one task registered under two ports', { targets: at('10.0.0.1', '10.0.0.1') }, 'not-ready', /more than once/],
  ['scaling out', { service: svc(2, '10.0.0.1') }, 'not-ready', /1\/2 tasks of api-svc run/],
  [
    'scaling in',
    { targets: at('10.0.0.1', '10.0.0.2'), service: svc(1, '10.0.0.1', '10.0.0.2') },
    'not-ready',
    /2\/1 tasks/,
  ],
  ['scaled to nothing', { service: svc(0, '10.0.0.1') }, 'failed', /desired count of api-svc is 0/],
  ['no service', { service: aService('api-svc', { status: 'MISSING' }) }, 'failed', /api-svc is MISSING/],
  ['a task without an address', { service: svc(1, undefined) }, 'unknown', /task-0 has no address of its own/],
  ['one of two unhealthy', { targets: [...good.targets, { id: '10.0.0.2', state: 'unhealthy' }] }, 'not-ready', /0\.2/],
];

describe('ALB health', () => {
  test.each(rows)('%s', (_name, changes, status, observed) => {
    expect(albHealth({ ...good, ...changes })).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });

  test('a target group that does not exist', () => {
    const { group: _, ...gone } = good;
    expect(albHealth(gone)).toMatchObject({ status: 'failed', observed: 'the target group does not exist' });
  });

  const page = answer(200, '<html>hello</html>');
  const paths: [string, { path?: string; codes?: string | null }, HttpObservation, string, RegExp][] = [
    ['a page of a path of its own', { path: '/health' }, page, 'passed', /GET \/health: 200 in 12 ms/],
    ['nothing in a 200', { path: '/' }, answer(200, ''), 'passed', /GET \/: 200 in/],
    ['204 of a range', { path: '/', codes: '200-299' }, answer(204, ''), 'passed', /204/],
    ['202 of a list', { path: '/', codes: '200,202' }, answer(202, ''), 'passed', /202/],
    ['204 of 200', { path: '/', codes: '200' }, answer(204, ''), 'failed', /204 instead of 200/],
    ['404', { path: '/health', codes: '200' }, answer(404, ''), 'failed', /404 instead of 200/],
    ['a redirect that the matcher allows', { path: '/', codes: '200-399' }, answer(301, ''), 'failed', /not followed/],
    ['404 that the matcher allows', { path: '/', codes: '200-499' }, answer(404, ''), 'unknown', /only 2xx/],
    ['401 that the matcher allows', { path: '/', codes: '200,401' }, answer(401, ''), 'unknown', /only 2xx/],
    ['503', { path: '/', codes: '200-499' }, answer(503, ''), 'not-ready', /503/],
    ['a status of its own words', { path: '/', codes: '200' }, answer(200, '{"status":"ok"}'), 'passed', /200/],
    ['200 with DOWN', { path: '/health' }, answer(200, '{"status":"DOWN"}'), 'not-ready', /status DOWN/],
    ['a page of a report', { path: '/api/actuator/health/readiness' }, page, 'failed', /not a health report/],
    ['a page of a report with a query', { path: '/actuator/health?x=1' }, page, 'failed', /not a health report/],
    ['no path', {}, page, 'unknown', /no path over HTTP/],
    ['no codes', { path: '/', codes: null }, page, 'unknown', /no codes of HTTP/],
    ['codes that are no numbers', { path: '/', codes: 'x' }, page, 'failed', /instead of x/],
  ];
  test.each(paths)('of a health check: %s', (_name, { path, codes = '200' }, health, status, observed) => {
    const check = { ...(path ? { path } : {}), ...(codes === null ? {} : { codes }) };
    const own = { group: { loadBalancers: balancers(DNS), ...check } };
    expect(albHealth({ ...good, ...own, health })).toMatchObject({
      status,
      observed: expect.stringMatching(observed),
    });
  });

  const on = (field: string, ...patterns: string[]) => ({ conditions: [{ field, patterns }] });
  const unread = (field: string) => ({ conditions: [{ field }] });
  const site = { groups: [OTHER] };
  const rules: [string, ListenerRule[] | undefined, string, RegExp][] = [
    ['no listener', undefined, 'failed', /no listener for HTTP on port 80/],
    ['no rule', [], 'failed', /by nothing/],
    ['the default rule of another group', [rule(LAST, site)], 'failed', /answered by site, not by the target group/],
    ['a page of the load balancer', [rule(LAST, { actions: ['fixed-response'], groups: [] })], 'failed', /fixed-resp/],
    ['a redirect', [rule(LAST, { actions: ['redirect'], groups: [] })], 'failed', /action redirect/],
    ['a login', [rule(LAST, { actions: ['authenticate-oidc', 'forward'] })], 'failed', /authenticate-oidc/],
    ['a request that is rewritten', [rule(LAST, { actions: ['forward', 'transform'] })], 'failed', /transform/],
    ['a part of the requests', [rule(LAST, { groups: [GROUP, OTHER] })], 'unknown', /may be answered by site/],
    ['a rule of the path', [rule(LAST, site), rule(1, on('path-pattern', '/actuator/*'))], 'passed', /UP/],
    ['a rule of another path', [rule(1, { ...site, ...on('path-pattern', '/api/*') }), rule(LAST)], 'passed', /UP/],
    ['a path in capitals', [rule(1, { ...site, ...on('path-pattern', '/ACTUATOR/*') }), rule(LAST)], 'passed', /UP/],
    ['the lowest of two', [rule(20), rule(3, { ...site, ...on('path-pattern', '*') })], 'failed', /site/],
    ['a dot is a dot', [rule(1, { ...site, ...on('path-pattern', '/actuator.health') }), rule(LAST)], 'passed', /UP/],
    [
      'any one character',
      [rule(1, { ...site, ...on('path-pattern', '/actuator?health') }), rule(LAST)],
      'failed',
      /site/,
    ],
    ['another host', [rule(1, { ...site, ...on('host-header', 'shop.example.com') }), rule(LAST)], 'passed', /UP/],
    [
      'any host of AWS',
      [rule(1, { ...site, ...on('host-header', '*.ELB.amazonaws.com') }), rule(LAST)],
      'failed',
      /site/,
    ],
    ['another method', [rule(1, { ...site, ...on('http-request-method', 'POST') }), rule(LAST)], 'passed', /UP/],
    ['a header', [rule(1, { ...site, ...unread('http-header') }), rule(LAST)], 'unknown', /may be answered by site/],
    ['a header, of the group itself', [rule(1, unread('http-header')), rule(LAST, site)], 'unknown', /site/],
    ['a header, whatever it is', [rule(1, unread('source-ip')), rule(LAST)], 'passed', /UP/],
  ];
  test.each(rules)('where requests go: %s', (_name, given, status, observed) => {
    const { rules: _, ...rest } = good;
    expect(albHealth({ ...rest, ...(given ? { rules: given } : {}) })).toMatchObject({
      status,
      observed: expect.stringMatching(observed),
    });
  });
});
