import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isPublicAddress } from '../../../../lambdas/aws/public-address.ts';
import {
  callPublicHost,
  exchange,
  explained,
  MAX_BODY_BYTES,
  readCapped,
} from '../../../../lambdas/aws/public-http.ts';

describe('public addresses', () => {
  test.each([
    [true, '203.0.113.5'],
    [true, '198.51.100.7'],
    [true, '52.1.2.3'],
    [true, '172.32.0.1'],
    [true, '2a05:d018::1'],
    [false, '127.0.0.1'],
    [false, '127.1.2.3'],
    [false, '0.0.0.0'],
    [false, '10.0.0.1'],
    [false, '172.16.0.1'],
    [false, '172.31.255.255'],
    [false, '192.168.1.1'],
    [false, '169.254.169.254'],
    [false, '169.254.170.2'],
    [false, '100.64.0.1'],
    [false, '224.0.0.1'],
    [false, '255.255.255.255'],
    [false, '::1'],
    [false, '::'],
    [false, 'fd00:ec2::254'],
    [false, 'fe80::1'],
    [false, '::ffff:127.0.0.1'],
    [false, '::ffff:169.254.169.254'],
    [false, '64:ff9b::a9fe:a9fe'],
    [false, '64:ff9b:1::a00:1'],
    [false, '2002:a00:1::'],
    [false, '2002:a9fe:a9fe::1'],
    [false, '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    [false, '::10.0.0.1'],
    [false, '::a9fe:a9fe'],
    [false, 'fec0::1'],
    [false, '100::1'],
    [false, '192.88.99.1'],
    [true, '2600:1f18::1'],
  ])('%s: %s', (expected, address) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});

describe('a call to a public host', () => {
  let calls = 0;
  const server = createServer((_, response) => {
    calls += 1;
    response.setHeader('age', '17');
    response.end('{"status":"UP"}');
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('knows how old the answer of a cache is', async () => {
    const to = { port: (server.address() as AddressInfo).port };
    const answer = await exchange({ host: 'x', path: '/' }, '127.0.0.1', AbortSignal.timeout(5_000), to);
    expect(answer).toMatchObject({ kind: 'answer', age: 17 });
    calls = 0;
  });

  test.each([
    ['localhost', /resolves to .*, which is not a public address/],
    ['127.0.0.1', /resolves to 127.0.0.1/],
    ['169.254.169.254', /resolves to 169.254.169.254/],
    ['x.example.com/@y', /not a host name/],
    ['user@x', /not a host name/],
    ['', /not a host name/],
  ])('refuses %j', async (host, message) => {
    const answer = await callPublicHost({ host, path: '/actuator/health' });
    expect(answer).toEqual({ kind: 'refused', message: expect.stringMatching(message) });
    expect(calls).toBe(0);
  });

  test('is silent about a name that does not exist', async () => {
    const answer = await callPublicHost({ host: 'no-such-name.invalid', path: '/' });
    expect(answer).toMatchObject({ kind: 'silent', message: expect.stringContaining('no-such-name.invalid') });
  });
});

describe('TLS', () => {
  const DAY_MS = 86_400_000;
  /** A server of a host name, whose certificate ends so many days from now. */
  async function serve(days: number) {
    const [notBeforeDate, notAfterDate] = [new Date(Date.now() - 9 * DAY_MS), new Date(Date.now() + days * DAY_MS)];
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'shop.example' }], {
      ...{ notBeforeDate, notAfterDate, keySize: 2048 },
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'shop.example' }] },
      ],
    });
    const server = createTlsServer({ key, cert }, (_, response) => response.end('well')).listen(0, '127.0.0.1');
    await new Promise((ready) => server.once('listening', ready));
    return { server, cert, port: (server.address() as AddressInfo).port };
  }

  async function call(host: string, days: number, trusted = true) {
    const { server, cert, port } = await serve(days);
    const one = { host, path: '/', scheme: 'https' } as const;
    const to = { port, ...(trusted ? { ca: cert } : {}) };
    const answer = await exchange(one, '127.0.0.1', AbortSignal.timeout(5_000), to).catch((error: Error) =>
      explained('GET', error, false),
    );
    server.close();
    return answer;
  }

  test('has the end of the certificate with the answer', async () => {
    const answer = await call('shop.example', 20);
    expect(answer).toMatchObject({ kind: 'answer', status: 200, body: 'well' });
    const { validTo = 0 } = answer as { validTo?: number };
    expect((validTo - Date.now()) / DAY_MS).toBeCloseTo(20, 2);
  });

  test.each<[string, string, number, boolean, RegExp]>([
    ['of another name', 'other.example', 20, true, /ERR_TLS_CERT_ALTNAME_INVALID/],
    ['that has ended', 'shop.example', -1, true, /CERT_HAS_EXPIRED/],
    ['that nobody has signed', 'shop.example', 20, false, /DEPTH_ZERO_SELF_SIGNED_CERT/],
  ])('refuses a certificate %s', async (_name, host, days, trusted, message) => {
    expect(await call(host, days, trusted)).toEqual({ kind: 'refused', message: expect.stringMatching(message) });
  });
});

describe('a body', () => {
  const bodyOf = (bytes: number) => Readable.from([Buffer.alloc(bytes - 1, 'a'), Buffer.from('b')]);

  test('of the largest size is read to its end', async () => {
    const text = await readCapped(bodyOf(MAX_BODY_BYTES));
    expect([text.length, text.at(-1)]).toEqual([MAX_BODY_BYTES, 'b']);
  });

  test('that is one byte longer is refused, and nothing of it counts', async () => {
    const body = bodyOf(MAX_BODY_BYTES + 1);
    await expect(readCapped(body)).rejects.toThrow('the answer is longer than 64 KiB');
    expect(body.destroyed).toBe(true);
  });
});
