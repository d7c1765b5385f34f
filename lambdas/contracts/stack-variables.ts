import * as z from 'zod';

/**
 * This module describes the variables of the Terraform root: those that the runbook passes, those that the
 * configuration sets, and those that an execution may set.
 */

/** The runbook passes these values to a root that declares them. `stack.variableNames` has the root's name for each. */
export const PASSED_VARIABLES = [
  'environment',
  'prefix',
  'project',
  'account_id',
  'run',
  'owner',
  'expires_at',
  'max_retries',
  's3_use_path_style',
  'permissions_boundary',
  'notifications_topic_arn',
  'cpu_architecture',
] as const;
export const passedVariable = z.enum(PASSED_VARIABLES);

/**
 * The name is an identifier of Terraform:
 * https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers
 */
export const variableName = z
  .string()
  .regex(
    /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_-]{0,63}$/,
    'must be the name of a Terraform variable, of 64 characters at most',
  );

/** An execution gives a value of this type. `json` is any list or object. */
export const inputType = z.enum(['string', 'number', 'boolean', 'json']);
export type InputType = z.infer<typeof inputType>;
/** The keys are names of variables. */
export const inputTypes = z.record(variableName, inputType);
export type InputTypes = z.infer<typeof inputTypes>;

/** The limits exist because an execution's input is in its history, and the values are in the environment's record. */
export const MOST_INPUTS = 20;
export const LONGEST_INPUT = 2_048;
export const LONGEST_INPUTS = 8_192;

/**
 * The values are JSON, by the names of the variables. `z.record` would drop a key `__proto__`. This schema refuses it
 * like any other key that is no name.
 */
export const inputVariables = z
  .custom<Record<string, z.core.util.JSONType>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be an object of values by the name of their variable',
  )
  .superRefine((values, context) => {
    const names = Object.keys(values);
    const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (names.length > MOST_INPUTS) wrong([], `must have at most ${MOST_INPUTS} variables`);
    for (const name of names) {
      const parsed = variableName.safeParse(name);
      if (!parsed.success) wrong([name], parsed.error.issues[0]?.message ?? 'must be a name');
      else if (values[name] === null) wrong([name], 'must have a value');
      else if (lengthOf(values[name]) > LONGEST_INPUT) wrong([name], `must have at most ${LONGEST_INPUT} characters`);
    }
    if (lengthOf(values) > LONGEST_INPUTS) wrong([], `must have at most ${LONGEST_INPUTS} characters in all`);
  });
export type InputVariables = z.output<typeof inputVariables>;

const lengthOf = (value: unknown): number => JSON.stringify(value)?.length ?? 0;

/**
 * Checks the values of an execution against the types that the configuration allows. A text stands for a value of any
 * type, since a command line has only texts.
 * @returns the values, and a sentence for each refused value, which does not repeat the value
 */
export function typedInputs(
  given: InputVariables,
  allowed: InputTypes,
): { values: InputVariables; problems: string[] } {
  const names = Object.keys(allowed).sort();
  const may = names.length > 0 ? `it allows ${names.join(', ')}` : 'it allows none';
  const values: InputVariables = {};
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const type = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    const typed = type && typedValue(value, type);
    if (!type)
      problems.push(`variable "${name}": the configuration does not allow it (stack.variables.${name}.input); ${may}`);
    else if (typed === undefined) problems.push(`variable "${name}": must be ${WORDS[type]}`);
    else values[name] = typed;
  }
  return { values, problems };
}

const WORDS: Record<InputType, string> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  json: 'a list or an object, in JSON',
};

type Json = InputVariables[string];

function typedValue(value: Json, type: InputType): Json | undefined {
  if (type === 'string') return typeof value === 'string' ? value : undefined;
  const meant = typeof value === 'string' ? parsed(value) : value;
  if (type === 'json') return typeof meant === 'object' && meant !== null ? meant : undefined;
  return typeof meant === type ? meant : undefined;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
