import { describe, expect, test } from 'vitest';
import {
  type AlbObservation,
  albHealth,
  type HttpObservation,
} from '../../../../../lambdas/validation/checks/alb-health.ts';
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
const good: AlbObservation = {
  dnsName: DNS,
  loadBalancers: [DNS],
  targets: at('10.0.0.1'),
  service: svc(1, '10.0.0.1'),
  health: answer(200, '{"status":"UP"}'),
};
const target = (state: string, reason = '') => ({ targets: [{ id: '10.0.0.1', state, reason }] });

const rows: [string, Partial<AlbObservation>, string, RegExp][] = [
  ['UP and healthy', {}, 'passed', /200 UP/],
  ['UP with components', { health: answer(200, '{"status":"UP","components":{}}') }, 'passed', /UP/],
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
  ['the name of another load balancer', { loadBalancers: ['y.elb.amazonaws.com'] }, 'failed', /not the address/],
  ['a target group without load balancer', { loadBalancers: [] }, 'failed', /no load balancer/],
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
    const { loadBalancers: _, ...gone } = good;
    expect(albHealth(gone)).toMatchObject({ status: 'failed', observed: 'the target group does not exist' });
  });
});
