import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { defaultProvider } from '../../../builds/aws/credentials.ts';

const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];
const ADDRESSES = ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'];
const set = (values: Record<string, string>) => {
  for (const name of [...NAMES, ...ADDRESSES]) vi.stubEnv(name, values[name]);
};
afterEach(() => vi.unstubAllEnvs());

test('the credentials of a container are those of its role, until they expire', async () => {
  const server = createServer((request, response) =>
    response.end(
      JSON.stringify({
        AccessKeyId: request.url,
        SecretAccessKey: 's',
        Token: 't',
        Expiration: '2030-01-31T10:00:00Z',
      }),
    ),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  set({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/role` });
  const found = await defaultProvider()();
  server.close();
  expect(found).toMatchObject({
    accessKeyId: '/role',
    sessionToken: 't',
    expiration: new Date('2030-01-31T10:00:00Z'),
  });
});

test('those of the environment come first', async () => {
  set({
    ...{ AWS_ACCESS_KEY_ID: 'own', AWS_SECRET_ACCESS_KEY: 's' },
    AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:1/',
  });
  expect(await defaultProvider()()).toMatchObject({ accessKeyId: 'own' });
});

test('where there are none, only who asks for them hears of it', async () => {
  set({});
  const provider = defaultProvider();
  await expect(async () => provider()).rejects.toThrow(/credential/i);
});
