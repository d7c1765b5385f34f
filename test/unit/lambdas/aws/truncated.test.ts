import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SweepScope } from '../../../../lambdas/sweep/sweep-service.ts';

/** The tests cover each list whose answer says whether it is truncated. The second of two pages has the resource. */

const OWN = 'own-thing';
const ARN = `arn:aws:iam::123456789012:policy/${OWN}`;
/** The first page has these members besides its empty list. */
let ends: { flag?: string | undefined; token?: string | undefined };
let server: Server;

const list = (name: string, item: string) => ({ list: `<${name}></${name}>`, last: `<${name}>${item}</${name}>` });
const member = (content: string) => `<member>${content}</member>`;
const iamTags = list('Tags', member(`<Key>${OWN}</Key><Value>v</Value>`));
const profiles = list('InstanceProfiles', member(`<InstanceProfileName>${OWN}</InstanceProfileName>`));
const XML: Record<string, { list: string; last: string }> = {
  ListRoles: list('Roles', member(`<RoleName>${OWN}</RoleName>`)),
  ListUsers: list('Users', member(`<UserName>${OWN}</UserName>`)),
  ListInstanceProfiles: profiles,
  ListPolicies: list('Policies', member(`<PolicyName>${OWN}</PolicyName><Arn>${ARN}</Arn>`)),
  ListRoleTags: iamTags,
  ListPolicyTags: iamTags,
  ListInstanceProfileTags: iamTags,
  ListInstanceProfilesForRole: profiles,
  ListEntitiesForPolicy: {
    list: '<PolicyRoles></PolicyRoles><PolicyUsers></PolicyUsers><PolicyGroups></PolicyGroups>',
    last: `<PolicyRoles>${member(`<RoleName>${OWN}</RoleName>`)}</PolicyRoles><PolicyUsers></PolicyUsers><PolicyGroups></PolicyGroups>`,
  },
};
const JSON_LISTS: Record<string, { list: object; last: object }> = {
  ListAliases: { list: { Aliases: [] }, last: { Aliases: [{ AliasName: `alias/${OWN}` }] } },
  ListResourceTags: { list: { Tags: [] }, last: { Tags: [{ TagKey: OWN, TagValue: 'v' }] } },
};

const element = (name: string, value: string | undefined) => (value === undefined ? '' : `<${name}>${value}</${name}>`);
/** The test reads the list of this action. Every other list is empty. */
let looked = '';

function answerTo(action: string, isSecond: boolean): string {
  const { flag, token } = isSecond || action !== looked ? { flag: 'false', token: undefined } : ends;
  const json = JSON_LISTS[action];
  if (json) {
    const own = flag === undefined ? {} : { Truncated: flag === 'true' };
    return JSON.stringify({ ...(isSecond ? json.last : json.list), ...own, NextMarker: token });
  }
  if (action === 'ListObjectsV2') {
    const key = isSecond ? element('Contents', element('Key', OWN)) : '';
    const rest = element('IsTruncated', flag) + element('NextContinuationToken', token);
    return element('ListBucketResult', `<Name>b</Name><KeyCount>${isSecond ? 1 : 0}</KeyCount>${rest}${key}`);
  }
  const own = XML[action];
  const body = `${isSecond ? own?.last : own?.list}${element('IsTruncated', flag)}${element('Marker', token)}`;
  return element(`${action}Response`, element(`${action}Result`, body));
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = await text(request);
    const target = request.headers['x-amz-target'];
    const action =
      String(target ?? '')
        .split('.')
        .at(-1) ||
      new URLSearchParams(body).get('Action') ||
      'ListObjectsV2';
    const isSecond = `${request.url} ${body}`.includes('token-of-the-second');
    response
      .setHeader('content-type', target ? 'application/x-amz-json-1.1' : 'text/xml')
      .end(answerTo(action, isSecond));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
  vi.stubEnv('AWS_REGION', 'eu-west-1');
});

afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

async function swept(service: 'iam' | 'kms'): Promise<unknown[]> {
  const { loadSweeper } = await import('../../../../lambdas/aws/sweepers.ts');
  const found: unknown[] = [];
  const scope = { owns: (name: string): boolean => name === OWN } as unknown as SweepScope;
  for await (const one of (await loadSweeper(service)).list(scope)) found.push(one);
  return found;
}

async function tagsOf(service: 'iam' | 'kms', type: string): Promise<unknown> {
  const { tags } = await import(`../../../../lambdas/aws/tags/${service}.ts`);
  return tags[type]({ type, id: OWN }, {});
}

async function usersOf(type: 'role' | 'policy'): Promise<unknown> {
  const { users } = await import('../../../../lambdas/aws/users/iam.ts');
  return users[type]?.(OWN);
}

const LOOKS: [action: string, look: () => Promise<unknown>][] = [
  ['ListObjectsV2', async () => (await import('../../../../lambdas/aws/bucket-versions.ts')).liveKeys('b')],
  ...['ListRoles', 'ListUsers', 'ListInstanceProfiles', 'ListPolicies'].map(
    (action): [string, () => Promise<unknown>] => [action, () => swept('iam')],
  ),
  ['ListRoleTags', () => tagsOf('iam', 'role')],
  ['ListPolicyTags', () => tagsOf('iam', 'policy')],
  ['ListInstanceProfileTags', () => tagsOf('iam', 'instance-profile')],
  ['ListInstanceProfilesForRole', () => usersOf('role')],
  ['ListEntitiesForPolicy', () => usersOf('policy')],
  ['ListAliases', () => swept('kms')],
  ['ListResourceTags', () => tagsOf('kms', 'key')],
];

const TOKEN = 'token-of-the-second';

describe.each(LOOKS)('%s', (action, look) => {
  test('is read to its second page', async () => {
    [looked, ends] = [action, { flag: 'true', token: TOKEN }];
    expect(JSON.stringify(await look())).toContain(OWN);
  });

  test.each<[string, typeof ends]>([
    ['no flag, with a token', { token: TOKEN }],
    ['no flag, and no token', {}],
    ['a flag without a token', { flag: 'true' }],
    ['a token that the flag contradicts', { flag: 'false', token: TOKEN }],
  ])('is refused when its first page has %s', async (_, own) => {
    [looked, ends] = [action, own];
    await expect(look()).rejects.toMatchObject({ name: 'UnexpectedResponseError' });
  });
});
