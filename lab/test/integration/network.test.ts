import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { promisify } from 'node:util';
import selfsigned from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Dns } from '../../dns.ts';
import { freePort } from '../../free-port.ts';

const PRELOAD = resolve('lab/network/preload.mjs');
const ALB = 'Order-Api-123.eu-west-1.elb.amazonaws.com';
const DATABASE = 'orders.abc.eu-west-1.rds.amazonaws.com';

let directory: string;
let hosts: Dns;
let certificate: { cert: string; private: string };
const servers: Server[] = [];
const children: ChildProcess[] = [];

async function port(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

/** Runs a script in a Node process of the imagined network; its output is parsed as JSON. */
async function run(script: string, environment: Record<string, string> = {}): Promise<unknown> {
  const running = promisify(execFile)(
    process.execPath,
    ['--import', PRELOAD, '--input-type=module', '--eval', script],
    { env: { ...process.env, LAB_HOSTS_FILE: hosts.file, ...environment }, timeout: 60_000 },
  );
  children.push(running.child);
  return JSON.parse((await running).stdout);
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'lab-network-'));
  hosts = new Dns(join(directory, 'hosts.json'));
  const http = await port(createHttpServer((request, response) => response.end(`hello ${request.headers.host}`)));
  hosts.set(ALB, { address: '203.0.113.7', ports: { 80: http } });
  certificate = await selfsigned.generate([{ name: 'commonName', value: DATABASE }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: DATABASE }] }],
  });
  writeFileSync(join(directory, 'ca.pem'), certificate.cert);
  hosts.set(DATABASE, { address: '10.0.20.5', ports: { 5432: await port(postgresLike()) } });
});

afterAll(() => {
  for (const server of servers) server.close();
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** The server is like PostgreSQL: the client asks in clear whether TLS is on offer, then upgrades the same socket. */
function postgresLike(): Server {
  const options: TlsOptions = { cert: certificate.cert, key: certificate.private };
  const secure = createTlsServer(options, (socket) => socket.end('secret'));
  return createServer((socket) => {
    socket.once('data', () => {
      socket.write('S');
      secure.emit('connection', socket);
    });
  });
}

describe('names', () => {
  test('resolves a known name in whatever way it is asked', async () => {
    const script = `
      import dns from 'node:dns'; import { lookup } from 'node:dns/promises'; import { promisify } from 'node:util';
      const name = '${ALB.toLowerCase()}';
      console.log(JSON.stringify([
        await lookup(name), await lookup(name, { all: true }), await promisify(dns.lookup)(name),
        await new Promise((done) => dns.lookup(name, { all: true, family: 4 }, (_, all) => done(all))),
      ]));`;
    const answer = { address: '203.0.113.7', family: 4 };
    expect(await run(script)).toEqual([answer, [answer], answer, [answer]]);
  });

  test('sees a name that appears, and one that goes, while the process runs', async () => {
    const script = `
      import { lookup } from 'node:dns/promises'; import { writeFileSync } from 'node:fs';
      const seen = [];
      const look = () => lookup('late.eu-west-1.elb.amazonaws.com').then((a) => a.address, (e) => e.code);
      writeFileSync(process.env.LAB_HOSTS_FILE, JSON.stringify({ 'late.eu-west-1.elb.amazonaws.com': { address: '203.0.113.8', ports: {} } }));
      seen.push(await look());
      writeFileSync(process.env.LAB_HOSTS_FILE, '{}');
      seen.push(await look());
      console.log(JSON.stringify(seen));`;
    const [first, second] = (await run(script, { LAB_HOSTS_FILE: join(directory, 'other.json') })) as string[];
    expect(first).toBe('203.0.113.8');
    expect(second).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
  });
});

describe('connections', () => {
  test('reaches a load balancer by fetch, node:http and its address', async () => {
    const script = `
      import http from 'node:http';
      const byHttp = (url) => new Promise((done, fail) => http.get(url, async (r) => done(await r.reduce((a, b) => a + b, ''))).on('error', fail));
      console.log(JSON.stringify([await (await fetch('http://${ALB}/')).text(), await byHttp('http://${ALB}/x'), await byHttp('http://203.0.113.7/')]));`;
    expect(await run(script)).toEqual([
      `hello ${ALB.toLowerCase()}`,
      `hello ${ALB.toLowerCase()}`,
      'hello 203.0.113.7',
    ]);
  });

  test('refuses a port that a known host does not have', async () => {
    const script = `
      import net from 'node:net';
      const dial = (host) => new Promise((done) => net.connect(81, host).on('error', (e) => done([e.code, e.message])));
      const cause = await fetch('http://${ALB}:81/').catch((e) => e.cause.code);
      console.log(JSON.stringify([await dial('${ALB}'), await dial('203.0.113.7'), cause]));`;
    const error = ['ECONNREFUSED', 'connect ECONNREFUSED 203.0.113.7:81'];
    expect(await run(script)).toEqual([error, error, 'ECONNREFUSED']);
  });

  test.each([
    ['verifies', DATABASE, 'secret'],
    ['refuses another name than', 'other.abc.eu-west-1.rds.amazonaws.com', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s the certificate of a database over an upgraded socket', async (_, name, outcome) => {
    hosts.set('other.abc.eu-west-1.rds.amazonaws.com', {
      address: '10.0.20.6',
      ports: hosts.get(DATABASE)?.ports ?? {},
    });
    const script = `
      import net from 'node:net'; import tls from 'node:tls';
      const socket = new net.Socket(); socket.connect(5432, '${name}');
      socket.once('connect', () => socket.write('SSL?'));
      socket.once('data', () => {
        const secure = tls.connect({ socket, servername: '${name}' });
        secure.on('data', (d) => console.log(JSON.stringify(String(d)))).on('error', (e) => console.log(JSON.stringify(e.code)));
      });`;
    expect(await run(script, { NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem') })).toBe(outcome);
  });

  test('verifies the name of a direct TLS connection, not the loopback address behind it', async () => {
    const secure = createTlsServer({ cert: certificate.cert, key: certificate.private }, (s) => s.end('direct'));
    hosts.set(DATABASE, { address: '10.0.20.5', ports: { ...hosts.get(DATABASE)?.ports, 443: await port(secure) } });
    const script = `
      import tls from 'node:tls';
      tls.connect(443, '${DATABASE}').on('data', (d) => console.log(JSON.stringify(String(d)))).on('error', (e) => console.log(JSON.stringify(e.message)));`;
    expect(await run(script, { NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem') })).toBe('direct');
  });
});

describe('listening', () => {
  test.each([
    'server.listen(8080)',
    "server.listen({ port: 8080, host: '0.0.0.0' })",
    "server.listen('8080', '::', 511)",
  ])('%s is on loopback, at the port of the map', async (listen) => {
    const probe = createServer();
    const free = await port(probe);
    await new Promise((done) => probe.close(done));
    const script = `
      import http from 'node:http'; const server = http.createServer();
      server.on('listening', () => { console.log(JSON.stringify(server.address())); server.close(); }); ${listen};`;
    const address = await run(script, { LAB_PORT_MAP: JSON.stringify({ 8080: free }) });
    expect(address).toEqual({ address: '127.0.0.1', family: 'IPv4', port: free });
  });

  test("has the task's own loopback, which is not the machine's", async () => {
    const elsewhere = await port(createHttpServer((_, response) => response.end('the machine')));
    const script = `
      import http from 'node:http';
      const server = http.createServer((_, response) => response.end('the task'));
      server.listen(8081, '127.0.0.1', async () => {
        const own = await (await fetch('http://127.0.0.1:8081')).text();
        const other = await (await fetch('http://127.0.0.1:${elsewhere}')).text();
        console.log(JSON.stringify({ port: server.address().port, own, other }));
        server.close();
      });`;
    const free = await freePort();
    const answer = await run(script, { LAB_PORT_MAP: JSON.stringify({ 8081: free }) });
    expect(answer).toEqual({ port: free, own: 'the task', other: 'the machine' });
  });

  test("leaves the lab's endpoint where it is, also at the port of a container", async () => {
    const lab = await port(createHttpServer((_, response) => response.end('the lab')));
    const script = `console.log(JSON.stringify(await (await fetch('http://127.0.0.1:${lab}')).text()))`;
    const environment = { LAB_PORT_MAP: JSON.stringify({ [lab]: 9 }), AWS_ENDPOINT_URL: `http://127.0.0.1:${lab}` };
    expect(await run(script, environment)).toBe('the lab');
  });

  test('without a port takes any, still on loopback', async () => {
    const script = `
      import net from 'node:net'; const server = net.createServer();
      server.listen(() => { console.log(JSON.stringify(server.address())); server.close(); });`;
    expect(await run(script)).toMatchObject({ address: '127.0.0.1' });
  });
});
