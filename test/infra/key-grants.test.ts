import { App, Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { isAllowed } from '../../lab/iam/evaluation.ts';
import { document } from '../../lib/iam/role.ts';
import { keyGrants } from '../../lib/iam/terraform/key-grants.ts';

/** A tag is what Terraform's role may do everything by. A role that can give it to a stranger's key can delete that key. */

const ACCOUNT = '123456789012';
const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1234`;
const OWN = { 'aws:RequestTag/project': 'shop' };
const stack = new Stack(new App(), 'S', { env: { account: ACCOUNT, region: 'eu-west-1' } });
const text = JSON.stringify(stack.resolve(document(keyGrants(stack, 'shop', 'shop-*'))))
  .replaceAll('{"Ref":"AWS::Partition"}', '"aws"')
  .replaceAll(/\{"Fn::Join":\["",(\[[^\]]*\])\]\}/g, (_, parts: string) =>
    JSON.stringify((JSON.parse(parts) as string[]).join('')),
  );
const policies = {
  identity: [{ name: 'keys', policy: JSON.parse(text) }],
  ...{ boundary: undefined, boundaryArn: undefined, trust: { Statement: [] }, tellsTags: () => true },
} as never;

const place = { accountId: ACCOUNT, region: 'eu-west-1' } as never;
const allows = (action: string, context: Record<string, string | string[]>) =>
  isAllowed(place, `arn:aws:iam::${ACCOUNT}:role/terraform`, policies, { action, context } as never, KEY);

test.each<[string, Record<string, string | string[]>, boolean]>([
  ['a key that is being created', OWN, true],
  ['a key of the project', { ...OWN, 'aws:ResourceTag/project': 'shop' }, true],
  ['a key that is being created, for another project', { 'aws:RequestTag/project': 'bank' }, false],
  ['a key of another project', { ...OWN, 'aws:ResourceTag/project': 'bank' }, false],
  ['a key with an alias', { ...OWN, 'kms:ResourceAliases': ['alias/payments'] }, false],
])('the tag of the project may be given to %s: %o, %s', (_, context, expected) => {
  expect(allows('kms:TagResource', context)).toBe(expected);
});

test('without the tag, nothing is done to a key', () => {
  for (const action of ['kms:ScheduleKeyDeletion', 'kms:PutKeyPolicy', 'kms:DisableKey', 'kms:UntagResource']) {
    expect(allows(action, {})).toBe(false);
    expect(allows(action, { 'aws:ResourceTag/project': 'bank' })).toBe(false);
    expect(allows(action, { 'aws:ResourceTag/project': 'shop' })).toBe(true);
  }
});
