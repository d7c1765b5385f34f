import type { InventoryItem } from '../contracts/payloads/inventory.ts';
import { partRule } from '../plan/terraform-parts.ts';
import { lookAt } from './look-commands.ts';

/**
 * Returns whether the resource is a part of another resource in the inventory, whose own confirmation answers for both.
 * If the run does not have the parent, the part remains when the run is gone. An example is a rule of a shared load
 * balancer.
 */
export function isAnsweredByParent(item: InventoryItem, inventory: readonly InventoryItem[]): boolean {
  const rule = partRule(item.type);
  if (!rule) return false;
  const parents = inventory.filter(
    (one) => one !== item && (rule.parents.includes('*') || rule.parents.includes(one.type)),
  );
  // A resource that Terraform was stopped from reading back has only an id.
  if (!item.of?.length) return parents.length > 0;
  return item.of.some((reference) => parents.some((parent) => isNamedBy(parent, reference)));
}

/**
 * Returns whether a reference names a resource: by its id, its ARN, the last part of either, or an ARN with a qualifier
 * after it.
 */
function isNamedBy({ id, arn = id }: InventoryItem, reference: string): boolean {
  if (id === '') return false;
  return (
    [id, arn].some((own) => own === reference || own.endsWith(`/${reference}`) || own.endsWith(`:${reference}`)) ||
    (arn.startsWith('arn:') && reference.startsWith(`${arn}:`))
  );
}

/** Says why no sweep can confirm a resource of the inventory, and what the reader can do. */
export function unanswered(item: InventoryItem): string {
  const { type, id, arn = id, provider } = item;
  if (provider) {
    const name = /"(.*)"/.exec(provider)?.[1] ?? provider;
    return `the provider ${name} is not AWS's, and a sweep reads AWS alone: check ${id || type} there, then declare it in sweep.exclusions`;
  }
  const part = partRule(type);
  const why = part
    ? `it is a part of something that this run does not have (${part.by.join(' or ')})`
    : 'no sweep can confirm this type';
  const command = lookAt(item);
  const look = command
    ? `look for ${arn || type}: ${command}`
    : `look for ${arn || type} in the console of its service`;
  return `${why}: ${look}${command ? '; where it is gone,' : ', then'} declare it in sweep.exclusions`;
}

/** Describes where the services are asked. */
interface Place {
  region: string;
  accountId: string;
}

/**
 * Says why no sweep can read a resource of the inventory that is not, or may not be, in the environment's region and
 * account. Its service would answer that the resource does not exist, or about another one of its name. The function
 * returns undefined where it is there, or in no region.
 */
export function elsewhere(item: InventoryItem, own: Place): string | undefined {
  const { type, id, arn, region, alias } = item;
  const next = `look for ${arn || id || type} in the console of its service there, then declare it in sweep.exclusions`;
  const foreign = accountElsewhere(item, own);
  if (foreign) return `it is in account ${foreign}, where nothing here can confirm it: ${next}`;
  const place = arn?.split(':')[3] || region;
  if (place === own.region || (!place && !alias)) return undefined;
  const where = place
    ? `it is in ${place}, where nothing here can confirm it`
    : `the state does not say in which region the provider "${alias}" has made it`;
  return `${where}: ${next}`;
}

/** Returns the account of a resource if a provider has made it in another account than the environment's. */
export function accountElsewhere({ arn }: Pick<InventoryItem, 'arn'>, { accountId }: Place): string | undefined {
  const account = arn?.split(':')[4] ?? '';
  return /^\d{12}$/.test(account) && account !== accountId ? account : undefined;
}

/** Says why no sweep can confirm a resource that a tag names, and what the reader can do. */
export function unansweredArn(arn: string, own: string): string {
  const region = arn.split(':')[3];
  const where = region && region !== own ? `in ${region}, where only Cloud Control's kinds can be confirmed` : 'here';
  return `it has the environment's tags ${where}, and no sweep can confirm this kind of resource: look for it in the console of its service, then remove it or declare it in sweep.exclusions`;
}
