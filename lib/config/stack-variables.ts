import * as z from 'zod';
import type { Declared } from '../../builds/declared-variables.ts';
import { environmentName } from '../../lambdas/contracts/contracts.ts';
import {
  type InputTypes,
  inputType,
  MOST_INPUTS,
  PASSED_VARIABLES,
  typedInputs,
} from '../../lambdas/contracts/stack-variables.ts';

/**
 * This module defines `stack.variables`: the values of the Terraform root's own variables, for all environments or one,
 * and whether an execution may set them.
 */

const SERVICE_ARN = (service: string) => `arn:[a-z-]+:${service}:[a-z0-9-]+:\\d{12}`;
/**
 * The rules are those of https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html. A
 * parameter of another account needs an ARN.
 */
const ssmName = z
  .string()
  .max(1011)
  .regex(
    new RegExp(`^(${SERVICE_ARN('ssm')}:parameter)?/?(?=[^{]*\\w)(\\{environment\\}|[\\w./-])+$`),
    'must be the name or the ARN of a parameter, such as "/shop/{environment}/db-password"',
  );
/**
 * The rules are those of https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html. An ARN
 * ends with the six characters that AWS adds.
 */
const secretName = z
  .string()
  .max(600)
  .regex(
    new RegExp(
      `^(${SERVICE_ARN('secretsmanager')}:secret:[\\w/+=.@-]+-[A-Za-z0-9]{6}|(?=[^{:]*\\w)(\\{environment\\}|[\\w/+=.@-])+)$`,
    ),
    'must be the name of a secret, such as "shop/{environment}/db", or its whole ARN',
  );
/**
 * This key encrypts the secret, if it is not one of AWS's own keys. A caller that may read the secret may use AWS's own
 * keys.
 */
const kmsKey = z
  .string()
  .regex(new RegExp(`^${SERVICE_ARN('kms')}:key/[\\w-]+$`), 'must be the ARN of a KMS key')
  .optional();

export const secret = z.union(
  [
    z.strictObject({ ssm: ssmName, kmsKey }),
    /** The `field` is a member of a secret that is a JSON object. */
    z.strictObject({ secretsManager: secretName, field: z.string().min(1).max(128).optional(), kmsKey }),
  ],
  'must be { ssm: … } with the name of a parameter, or { secretsManager: … } with the name of a secret; {environment} stands for the environment’s name',
);

export const stackVariable = z.union(
  [
    /** Each build reads the secret. It is in no input, log or record. */
    z.strictObject({ secret }),
    z.strictObject({
      value: z.json().optional(),
      /** The keys are names of environments. Their values replace `value`. */
      environments: z.record(environmentName, z.json()).default({}),
      /**
       * An execution may set a value of this type, which replaces both. Without a type, no execution may set a value.
       */
      input: inputType.optional(),
    }),
  ],
  'must be { secret: … }, or some of value, environments and input',
);
type StackVariable = z.output<typeof stackVariable>;

interface Stack {
  variableNames: Partial<Record<(typeof PASSED_VARIABLES)[number], string | null>>;
  variables: Record<string, StackVariable>;
  images: readonly { name: string; variable: string }[];
}

export type SecretReference = z.output<typeof secret>;

export function secretsOf({ variables }: Pick<Stack, 'variables'>): SecretReference[] {
  return Object.values(variables).flatMap((one) => ('secret' in one ? [one.secret] : []));
}

/** Returns the variables that an execution may set, with their types. */
export function inputTypesOf({ variables }: Pick<Stack, 'variables'>): InputTypes {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, one]) => ('secret' in one || !one.input ? [] : [[name, one.input]])),
  );
}

/** Lists the problems of a stack's variables: `[path, message]`. */
export function variableProblems(stack: Stack): [path: string[], message: string][] {
  const names = PASSED_VARIABLES.map((known) => [known, nameOf(stack, known)] as const);
  const given = new Map(names.flatMap(([known, name]) => (name === null ? [] : [[name, known] as const])));
  const twice = names.filter(([known, name]) => name !== null && given.get(name) !== known);
  const problems: [path: string[], message: string][] = twice.map(([known, name]) => [
    ['stack', 'variableNames'],
    `gives "${name}" two values, ${known} and ${given.get(name ?? '')}: name each, or say null for the one that the root does not have`,
  ]);
  for (const { name, variable } of stack.images) {
    if (given.has(variable) || Object.hasOwn(stack.variables, variable))
      problems.push([['stack', 'images'], `gives "${variable}" the image ${name}, and it has a value already`]);
  }
  for (const [name, one] of Object.entries(stack.variables)) {
    const path = ['stack', 'variables', name];
    const known = given.get(name);
    if (known)
      problems.push([
        path,
        `is given as ${known} already: call that by its own name in stack.variableNames, or say null there if the root means something else`,
      ]);
    if ('secret' in one) continue;
    const values = [...(one.value === undefined ? [] : [one.value]), ...Object.values(one.environments)];
    if (values.length === 0 && !one.input) problems.push([path, 'must have a value, or an input']);
    const type = one.input;
    // `null` is Terraform's notation for the root's default.
    const wrong = type && values.some((value) => value !== null && !isOf(name, value, type));
    if (wrong) problems.push([path, `has a value that is no ${type}, which its input must be`]);
  }
  const inputs = inputTypesOf(stack);
  if (Object.keys(inputs).length > MOST_INPUTS)
    problems.push([['stack', 'variables'], `may have an input in at most ${MOST_INPUTS} variables`]);
  // All variables of a function may have 4 KB.
  if (JSON.stringify(inputs).length > LONGEST_NAMES)
    problems.push([['stack', 'variables'], `have names with an input of more than ${LONGEST_NAMES} characters in all`]);
  return problems;
}

/**
 * The limit is a part of the 4 KB of a function's environment:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const LONGEST_NAMES = 1_200;

function isOf(name: string, value: z.output<ReturnType<typeof z.json>>, type: InputTypes[string]): boolean {
  const { values } = typedInputs({ [name]: value }, { [name]: type });
  return values[name] === value;
}

function nameOf({ variableNames }: Stack, known: (typeof PASSED_VARIABLES)[number]): string | null {
  const { [known]: name = known } = variableNames;
  return name;
}

/**
 * Lists the variables that the root does not declare, and the secrets that it declares so that Terraform would show
 * them.
 */
export function undeclaredIn(stack: Stack, declared: ReadonlyMap<string, Declared>): string[] {
  const renamed = Object.entries(stack.variableNames).flatMap(([known, name]) =>
    typeof name === 'string' && !declared.has(name)
      ? [`stack.variableNames.${known}: the root declares no variable "${name}"`]
      : [],
  );
  const own = Object.entries(stack.variables).flatMap(([name, one]) => {
    const path = `stack.variables.${name}`;
    const { sensitive = false, ephemeral = false } = declared.get(name) ?? {};
    if (!declared.has(name)) return [`${path}: the root declares no such variable`];
    if ('secret' in one && !sensitive && !ephemeral)
      return [`${path}: plans would show the secret: write sensitive = true into the declaration of the variable`];
    if (!('secret' in one) && sensitive)
      return [`${path}: the root declares it as sensitive: say where it is kept, as { secret: … }`];
    return [];
  });
  const images = stack.images.flatMap(({ name, variable }) =>
    declared.has(variable)
      ? []
      : [`stack.images: the root declares no variable "${variable}", which takes the image ${name}`],
  );
  return [...renamed, ...own, ...images];
}
