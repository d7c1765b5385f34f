import { DescribeCustomKeyStoresCommand, DescribeKeyCommand, KMSClient, ListAliasesCommand } from '@aws-sdk/client-kms';
import type { Candidate, Confirmation, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem, nextOf } from '../pages.ts';
import { describedIn, textOf } from '../responses.ts';
import { absent, ask, present, splitArn } from './support.ts';

const kms = new KMSClient(patientConfig);
const ALIAS = 'alias/';

/** Keys have no names. An alias shows which environment owns a key; otherwise a tag or the inventory does. */
export const sweeper: Sweeper = {
  async *list({ owns }) {
    const all = eachItem(
      (Marker) => kms.send(new ListAliasesCommand({ Limit: 100, Marker })),
      (page) => page.Aliases,
      (page) => nextOf(page.Truncated, page.NextMarker),
    );
    for await (const { AliasName } of all) {
      // The key of the alias may belong to another owner. The alias alone is a leftover, and names the key.
      const id = textOf(AliasName, 'the name of an alias');
      if (owns(id.slice(ALIAS.length))) yield { type: 'alias', id };
    }
  },
  fromInventory({ type, id, arn }) {
    if (arn) return fromArn(arn);
    if (type === 'aws_kms_custom_key_store' && id) return { type: 'custom-key-store', id };
    if (type === 'aws_kms_key' && id) return { type: 'key', id };
    return type === 'aws_kms_alias' && id ? { type: 'alias', id } : undefined;
  },
  fromArn,
  confirm: ({ type, id }) =>
    ask(
      async () => {
        if (type === 'custom-key-store') return confirmStore(id);
        const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
        // An alias continues to name a key whose deletion is pending, and AWS deletes the alias with the key.
        const state = textOf(KeyMetadata?.KeyState, `the state of ${id}`);
        const pending = state.startsWith('Pending') && KeyMetadata?.DeletionDate;
        if (pending) return absent(`the key is deleted at ${pending.toISOString()}`);
        return present(type === 'alias' ? `names key ${KeyMetadata?.KeyId}` : state);
      },
      'NotFoundException',
      'CustomKeyStoreNotFoundException',
    ),
};

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  if (resource.startsWith('key/')) return { type: 'key', id: resource.slice('key/'.length), arn };
  return resource.startsWith(ALIAS) ? { type: 'alias', id: resource, arn } : undefined;
}

async function confirmStore(CustomKeyStoreId: string): Promise<Confirmation> {
  const response = await kms.send(new DescribeCustomKeyStoresCommand({ CustomKeyStoreId }));
  const store = describedIn(response.CustomKeyStores, (one) => one.CustomKeyStoreId === CustomKeyStoreId, response);
  return present(store.ConnectionState);
}
