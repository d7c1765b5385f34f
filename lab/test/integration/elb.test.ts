import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateRuleCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeregisterTargetsCommand,
  DescribeLoadBalancersCommand,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Elb } from '../../elb/elb.ts';
import { type Lab, startLab } from '../../lab.ts';
import { TestContainers } from '../support/containers.ts';
import { eventually } from '../support/eventually.ts';
import { forwardTo, TestLoadBalancers } from '../support/load-balancers.ts';

let lab: Lab;
let elb: TestLoadBalancers;
const servers: Server[] = [];

beforeAll(async () => {
  lab = await startLab({ services: [(context) => new Elb(context, { timeScale: 0.05 })] });
  const { vpc, subnets } = await new TestContainers(lab.context).create();
  elb = new TestLoadBalancers(lab.context, { vpc, subnets });
});

afterAll(async () => {
  for (const server of servers) server.close();
  await lab?.stop();
});

type Handler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;
let hosts = 0;

/** Starts a host of the lab's network that listens on port 8080. */
async function host(handler: Handler): Promise<string> {
  const address = `10.42.0.${++hosts}`;
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  lab.context.dns.set(address, { address, ports: { 8080: (server.address() as AddressInfo).port } });
  return address;
}

const named =
  (name: string, status = () => 200): Handler =>
  (incoming, outgoing) => {
    outgoing.statusCode = incoming.url === '/health' ? status() : 200;
    outgoing.end(JSON.stringify({ name, headers: incoming.headers, url: incoming.url }));
  };

const register = (TargetGroupArn: string, ...addresses: string[]) =>
  elb.client.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: addresses.map((Id) => ({ Id })) }));

const settled = (arn: string, expected: Record<string, string>) =>
  eventually(async () => expect(await elb.health(arn)).toEqual(expected));

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Sends a request like `http_proxy=<gateway> curl http://<name>/…`. */
function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  const door = new URL(lab.endpoint);
  return new Promise((resolve, reject) => {
    const options = {
      host: door.hostname,
      port: door.port,
      path: url,
      headers: { host: new URL(url).host, ...headers },
    };
    request(options, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    })
      .on('error', reject)
      .end();
  });
}

const nameIn = ({ body }: Answer) => (JSON.parse(body) as { name: string }).name;

describe('a load balancer', () => {
  test('sends requests round healthy targets, with the headers of AWS', async () => {
    const arn = await elb.targetGroup();
    const { dnsName } = await elb.loadBalancer(forwardTo(arn));
    const [a, b, sick] = [await host(named('a')), await host(named('b')), await host(named('c', () => 500))];
    await register(arn, a, b, sick);
    await settled(arn, {
      [`${a}:8080`]: 'healthy',
      [`${b}:8080`]: 'healthy',
      [`${sick}:8080`]: 'unhealthy Target.ResponseCodeMismatch',
    });
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await get(`http://${dnsName}/x?y=1`, { 'x-forwarded-for': '1.2.3.4' }));
    expect(new Set(answers.map(nameIn))).toEqual(new Set(['a', 'b']));
    const { url, headers } = JSON.parse(answers[0]?.body ?? '');
    expect(url).toBe('/x?y=1');
    expect(headers).toMatchObject({
      host: dnsName,
      'x-forwarded-for': '1.2.3.4, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '80',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    });
    const record = lab.context.dns.get(dnsName);
    expect(record?.address).toMatch(/^203\.0\.113\./);
    expect((await fetch(`http://127.0.0.1:${record?.ports[80]}/`)).status).toBe(200);
  });

  test('answers 503 without targets, fails open when all are unhealthy, 502 when they are gone', async () => {
    const arn = await elb.targetGroup();
    const { dnsName } = await elb.loadBalancer(forwardTo(arn));
    const empty = await get(`http://${dnsName}/`);
    expect(empty).toMatchObject({ status: 503, headers: { server: 'awselb/2.0' } });
    expect(empty.body).toContain('503 Service Temporarily Unavailable');

    let health = 503;
    const address = await host(named('a', () => health));
    await register(arn, address);
    await settled(arn, { [`${address}:8080`]: 'unhealthy Target.ResponseCodeMismatch' });
    expect((await get(`http://${dnsName}/`)).status).toBe(200);
    health = 200;
    await settled(arn, { [`${address}:8080`]: 'healthy' });

    lab.context.dns.set(address, { address, ports: {} });
    expect((await get(`http://${dnsName}/`)).status).toBe(502);
    await settled(arn, { [`${address}:8080`]: 'unhealthy Target.FailedHealthChecks' });
  });

  test('answers 504 when a target is silent for longer than the idle timeout', async () => {
    const arn = await elb.targetGroup();
    const { arn: loadBalancer, dnsName } = await elb.loadBalancer(forwardTo(arn));
    await elb.client.send(
      new ModifyLoadBalancerAttributesCommand({
        LoadBalancerArn: loadBalancer,
        Attributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '1' }],
      }),
    );
    const address = await host((incoming, outgoing) => {
      if (incoming.url === '/health') outgoing.end();
    });
    await register(arn, address);
    await settled(arn, { [`${address}:8080`]: 'healthy' });
    expect(await get(`http://${dnsName}/`)).toMatchObject({ status: 504, body: expect.stringContaining('504') });
  });

  test('follows its rules', async () => {
    const [blue, green] = [await elb.targetGroup(), await elb.targetGroup()];
    const { dnsName, listener } = await elb.loadBalancer({
      Type: 'fixed-response',
      FixedResponseConfig: { StatusCode: '418', ContentType: 'text/plain', MessageBody: 'no' },
    });
    const rule = (Priority: number, path: string, target: string) =>
      elb.client.send(
        new CreateRuleCommand({
          ListenerArn: listener,
          Priority,
          Conditions: [{ Field: 'path-pattern', Values: [path] }],
          Actions: [forwardTo(target)],
        }),
      );
    await rule(10, '/blue/*', blue);
    await rule(20, '/green/*', green);
    const [a, b] = [await host(named('blue')), await host(named('green'))];
    await register(blue, a);
    await register(green, b);
    await settled(blue, { [`${a}:8080`]: 'healthy' });
    await settled(green, { [`${b}:8080`]: 'healthy' });
    expect(nameIn(await get(`http://${dnsName}/blue/1`))).toBe('blue');
    expect(nameIn(await get(`http://${dnsName}/green/1`))).toBe('green');
    expect(await get(`http://${dnsName}/`)).toMatchObject({ status: 418, body: 'no' });
    await elb.client.send(
      new ModifyListenerCommand({
        ListenerArn: listener,
        DefaultActions: [
          { Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301', Protocol: 'HTTPS', Port: '443' } },
        ],
      }),
    );
    expect(await get(`http://${dnsName}/p`)).toMatchObject({
      status: 301,
      headers: { location: `https://${dnsName}:443/p` },
    });
  });

  test('is gone when it is deleted', async () => {
    const { arn, dnsName, listener } = await elb.loadBalancer(forwardTo(await elb.targetGroup()));
    const port = lab.context.dns.get(dnsName)?.ports[80];
    await elb.client.send(new DeleteListenerCommand({ ListenerArn: listener }));
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
    await elb.client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
    expect(lab.context.dns.get(dnsName)).toBeUndefined();
  });

  test('is active when it is described', async () => {
    const { arn } = await elb.loadBalancer(forwardTo(await elb.targetGroup()));
    const { LoadBalancers } = await elb.client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }));
    expect(LoadBalancers?.[0]?.State?.Code).toBe('active');
  });
});

describe('target health', () => {
  test('tells the life of a target', async () => {
    const arn = await elb.targetGroup();
    const address = await host(named('a'));
    await register(arn, address);
    expect(await elb.health(arn)).toEqual({ [`${address}:8080`]: 'unused Target.NotInUse' });
    await elb.loadBalancer(forwardTo(arn));
    await settled(arn, { [`${address}:8080`]: 'healthy' });
    await elb.client.send(
      new ModifyTargetGroupAttributesCommand({
        TargetGroupArn: arn,
        Attributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }],
      }),
    );
    await elb.client.send(
      new DeregisterTargetsCommand({ TargetGroupArn: arn, Targets: [{ Id: address, Port: 8080 }] }),
    );
    expect(await elb.health(arn)).toEqual({ [`${address}:8080`]: 'draining Target.DeregistrationInProgress' });
    await settled(arn, {});
    expect(await elb.health(arn, [{ Id: address, Port: 8080 }])).toEqual({
      [`${address}:8080`]: 'unused Target.NotRegistered',
    });
  });

  test('waits for a target that is slow to start, and times out on one that never answers', async () => {
    const arn = await elb.targetGroup();
    await elb.loadBalancer(forwardTo(arn));
    const late = '10.42.0.200';
    const mute = await host(() => undefined);
    await register(arn, late, mute);
    expect((await elb.health(arn))[`${late}:8080`]).toMatch(/^initial Elb\./);
    const real = await host(named('late'));
    lab.context.dns.set(late, { address: late, ports: lab.context.dns.get(real)?.ports ?? {} });
    await settled(arn, { [`${late}:8080`]: 'healthy', [`${mute}:8080`]: 'unhealthy Target.Timeout' });
  });

  test('knows only target groups that exist', async () => {
    const gone = `arn:aws:elasticloadbalancing:${lab.context.region}:${lab.context.accountId}:targetgroup/gone/0123456789abcdef`;
    await expect(elb.health(gone)).rejects.toMatchObject({ name: 'TargetGroupNotFoundException' });
  });
});
