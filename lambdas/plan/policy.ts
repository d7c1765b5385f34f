/** This module reads the text of an IAM policy for dangerous permissions. */

type Statement = Record<string, unknown>;

/** These actions support no resource, or only read: `*` as their resource proves no danger. */
const HARMLESS_EVERYWHERE = /^[a-z0-9-]+:(BatchGet|Describe|Get|List|Lookup|Search|View)|^xray:Put|^ssmmessages:/;

/**
 * @returns why the policy is dangerous, or undefined when it is not. A text that is not a policy cannot be judged, and
 * counts as dangerous.
 */
export function whyDangerous(policy: unknown): string | undefined {
  const statements = statementsOf(policy);
  if (!statements) return 'has a policy that cannot be read';
  for (const statement of statements.filter(({ Effect }) => Effect === 'Allow')) {
    const why = whyOf(statement);
    if (why) return why;
  }
  return undefined;
}

function whyOf({ Action, NotAction, Resource, NotResource, Principal, Condition }: Statement): string | undefined {
  const actions = listOf(Action);
  const wild = actions.find((action) => action.includes('*'));
  if (wild) return `allows "${wild}"`;
  if (NotAction !== undefined) return 'allows everything but some actions';
  if (NotResource !== undefined) return 'allows something on everything but some resources';
  if (Condition !== undefined) return undefined;
  if (listOf(isObject(Principal) ? Principal.AWS : Principal).includes('*')) return 'lets anyone in';
  const everywhere = listOf(Resource).includes('*') && actions.find((action) => !HARMLESS_EVERYWHERE.test(action));
  return everywhere && Principal === undefined ? `allows "${everywhere}" on every resource` : undefined;
}

function statementsOf(policy: unknown): Statement[] | undefined {
  try {
    const { Statement } = JSON.parse(String(policy)) as { Statement: unknown };
    const all = Array.isArray(Statement) ? Statement : [Statement];
    return all.every(isObject) ? all : undefined;
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
