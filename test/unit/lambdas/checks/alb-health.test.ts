import { describe, expect, test } from 'vitest';
import { type AlbObservation, albHealth, type HttpObservation } from '../../../../lambdas/checks/alb-health.ts';

const DNS = 'x-1.eu-west-1.elb.amazonaws.com';
const answer = (status: number, body: string, more = {}): HttpObservation => ({
  kind: 'answer',
  status,
  body,
  address: '203.0.113.5',
  ms: 12,
  ...more,
});
const good: AlbObservation = {
  dnsName: DNS,
  loadBalancers: [DNS],
  targets: [{ id: '10.0.0.1', state: 'healthy' }],
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
