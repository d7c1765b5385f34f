import type { Access, Place } from '../access.ts';
import { arnOf, tagKeys, tagsIn, text } from '../parameters.ts';
import { type ActionReference, REQUEST_TAG } from '../reference.ts';

/** EC2 names what it creates by ids, whose prefixes show the type. */
const TYPES: Readonly<Record<string, string>> = {
  eipalloc: 'elastic-ip',
  eni: 'network-interface',
  igw: 'internet-gateway',
  nat: 'natgateway',
  rtb: 'route-table',
  sg: 'security-group',
  sgr: 'security-group-rule',
  subnet: 'subnet',
  vpc: 'vpc',
  vpce: 'vpc-endpoint',
};

/**
 * Each resource that a call names, and each that it would create, has to be allowed; new ones with the tags that they
 * are to have, for which `ec2:CreateTags` has to be allowed as well.
 * @returns undefined when the call names no resource of a kind that its action requires
 */
export function ec2Access(
  operation: string,
  params: Readonly<Record<string, unknown>>,
  reference: ActionReference,
  place: Place,
): Access[] | undefined {
  const arn = arnOf('ec2', place);
  const action = `ec2:${operation}`;
  const named = idsIn(params);
  const given = tagSpecifications(params);
  const sent = tagKeys('RequestTag', tagsIn(params));
  const needed: Access[] = [];
  for (const { name, required, keys } of reference.resourceTypes) {
    const ids = named.filter(({ type }) => type === name);
    const isNew = keys.has(REQUEST_TAG) && ids.length === 0;
    if (name === 'elastic-ip' && ids.length > 0) {
      for (const { id } of ids)
        needed.push({ action, resources: [arn(`${name}/${id}`)], context: { ...sent, 'ec2:AllocationId': id } });
    } else if (ids.length > 0) {
      needed.push({ action, resources: ids.map(({ id }) => arn(`${name}/${id}`)), context: sent });
    } else if (isNew && (required || given[name])) {
      needed.push({ action, resources: [arn(`${name}/*`)], context: tagKeys('RequestTag', given[name] ?? {}) });
    } else if (required) {
      return undefined;
    }
  }
  // An association that has ended names no address. What AWS then asks for is not documented; no tag can allow it.
  if (needed.length === 0 && operation === 'DisassociateAddress') return [{ action, resources: [arn('elastic-ip/*')] }];
  for (const [type, tags] of Object.entries(given)) {
    const context = { ...tagKeys('RequestTag', tags), 'ec2:CreateAction': operation };
    needed.push({ action: 'ec2:CreateTags', resources: [arn(`${type}/*`)], context });
  }
  return needed.length > 0 ? needed : undefined;
}

/** Deeper parameters only refer to a resource. */
function idsIn(params: Readonly<Record<string, unknown>>): { id: string; type: string }[] {
  return Object.entries(params).flatMap(([name, value]) => {
    const id = /^\w+(\.\d+)?$/.test(name) ? text(value) : undefined;
    const type = TYPES[/^([a-z]+)-[0-9a-f]{8,}$/.exec(id ?? '')?.[1] ?? ''];
    return id && type ? [{ id, type }] : [];
  });
}

/** Returns the tags of new resources by their type. */
function tagSpecifications(params: Readonly<Record<string, unknown>>): Record<string, Record<string, string>> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => {
      const head = /^(TagSpecification\.\d+)\.ResourceType$/.exec(name)?.[1];
      if (!head) return [];
      return [[String(value), tagsIn(params, new RegExp(`^${head.replace('.', '\\.')}\\.Tag\\.(\\d+)\\.Key$`))]];
    }),
  );
}
