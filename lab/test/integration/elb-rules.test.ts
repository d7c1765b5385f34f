import type { Rule } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import { judge, matches, NEW_TARGET, type Probe } from '../../elb/health.ts';
import { listParameter } from '../../elb/query.ts';
import { actionsFor, pickTargetGroup, redirectLocation } from '../../elb/rules.ts';

const rules = { healthyThreshold: 3, unhealthyThreshold: 2, matcher: '200' };
const OK: Probe = { kind: 'status', status: 200 };
const ERROR: Probe = { kind: 'status', status: 503 };
const LATE: Probe = { kind: 'timeout' };
const REFUSED: Probe = { kind: 'failed' };
const through = (...probes: Probe[]) => probes.reduce((state, probe) => judge(state, probe, rules), NEW_TARGET).health;

describe('target health', () => {
  test.each([
    ['is initial before any check', [], 'initial', 'Elb.RegistrationInProgress'],
    ['is healthy after one success', [OK], 'healthy', undefined],
    ['stays initial below the threshold', [REFUSED], 'initial', 'Elb.InitialHealthChecking'],
    ['recovers from a slow start', [REFUSED, OK], 'healthy', undefined],
    ['is unhealthy at the threshold, by code', [ERROR, ERROR], 'unhealthy', 'Target.ResponseCodeMismatch'],
    ['by time', [LATE, LATE], 'unhealthy', 'Target.Timeout'],
    ['by connection', [REFUSED, REFUSED], 'unhealthy', 'Target.FailedHealthChecks'],
    ['forgives one failure', [OK, ERROR, OK, ERROR], 'healthy', undefined],
    ['falls after failures in a row', [OK, ERROR, ERROR], 'unhealthy', 'Target.ResponseCodeMismatch'],
    ['needs successes in a row to come back', [ERROR, ERROR, OK, OK], 'unhealthy', 'Target.ResponseCodeMismatch'],
    ['and no failure between them', [ERROR, ERROR, OK, OK, LATE, OK], 'unhealthy', 'Target.Timeout'],
    ['comes back', [ERROR, ERROR, OK, OK, OK], 'healthy', undefined],
  ] as [string, Probe[], string, string | undefined][])('%s', (_what, probes, state, reason) => {
    expect(through(...probes)).toMatchObject({ state, ...(reason ? { reason } : {}) });
  });

  test('names the code', () => {
    expect(through(ERROR, ERROR).description).toBe('Health checks failed with these codes: [503]');
  });

  test.each([
    ['200', 200, true],
    ['200', 201, false],
    ['200,202', 202, true],
    ['200-299', 250, true],
    ['200-299', 300, false],
  ])('matcher %s and %i: %s', (matcher, status, passes) => expect(matches(matcher, status)).toBe(passes));
});

describe('listener rules', () => {
  const rule = (priority: string, name: string, ...Conditions: Rule['Conditions'] & object): Rule => ({
    Priority: priority,
    Conditions,
    Actions: [{ Type: 'forward', TargetGroupArn: name }],
  });
  const all = [
    rule('default', 'default'),
    rule('20', 'host', { Field: 'host-header', HostHeaderConfig: { Values: ['*.Example.com'] } }),
    rule('10', 'path', { Field: 'path-pattern', PathPatternConfig: { Values: ['/img/*', '/x?'] } }),
    rule('5', 'method', { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['PUT'] } }),
    rule('30', 'query', { Field: 'query-string', QueryStringConfig: { Values: [{ Key: 'v', Value: '2*' }] } }),
    rule('40', 'old', { Field: 'path-pattern', Values: ['/old'] }),
    rule('50', 'header', { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-A', Values: ['b*'] } }),
    rule('60', 'ip', { Field: 'source-ip', SourceIpConfig: { Values: ['10.1.0.0/16'] } }),
  ];
  const base = { method: 'GET', host: 'h', path: '/', headers: {}, clientAddress: '127.0.0.1' };
  test.each([
    ['default', {}],
    ['path', { path: '/img/a.png' }],
    ['path', { path: '/xy?q=1' }],
    ['default', { path: '/IMG/a' }],
    ['host', { host: 'a.example.COM' }],
    ['path', { host: 'a.example.com', path: '/img/' }],
    ['method', { method: 'PUT', path: '/img/' }],
    ['query', { path: '/?v=2.1' }],
    ['old', { path: '/old' }],
    ['header', { headers: { 'x-a': 'BC' } }],
    ['ip', { clientAddress: '10.1.2.3' }],
  ])('%s for %j', (name, request) => {
    expect(actionsFor(all, { ...base, ...request })[0]?.TargetGroupArn).toBe(name);
  });

  test('redirects with what it was asked', () => {
    const request = { ...base, host: 'a.b', path: '/p/q?r=1', protocol: 'HTTP', port: 80 };
    const to = (RedirectConfig: object) =>
      redirectLocation({ Type: 'redirect', RedirectConfig: RedirectConfig as never }, request);
    expect(to({ Protocol: 'HTTPS', Port: '443' })).toBe('https://a.b:443/p/q?r=1');
    expect(to({ Host: 'www.#{host}', Path: '/v2/#{path}', Query: '' })).toBe('http://www.a.b:80/v2/p/q');
  });

  test.each([
    [0, 'a'],
    [0.74, 'a'],
    [0.76, 'b'],
    [0.99, 'b'],
  ])('weighs target groups: %d is %s', (random, arn) => {
    const TargetGroups = [
      { TargetGroupArn: 'a', Weight: 3 },
      { TargetGroupArn: 'b', Weight: 1 },
      { TargetGroupArn: 'c', Weight: 0 },
    ];
    expect(pickTargetGroup({ Type: 'forward', ForwardConfig: { TargetGroups } }, random)).toBe(arn);
  });

  test('reads lists of the query protocol in order', () => {
    const params = {
      'Targets.member.2.Id': 'b',
      'Targets.member.1.Id': 'a',
      'Targets.member.1.Port': '80',
      Other: 'x',
    };
    expect(listParameter(params, 'Targets')).toEqual([{ Id: 'a', Port: '80' }, { Id: 'b' }]);
  });
});
