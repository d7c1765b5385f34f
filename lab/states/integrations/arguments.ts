import type { NormalizedSchema } from '@smithy/core/schema';
import { expressionOf } from '../expressions/jsonata.ts';
import { isObject, type Json } from '../json.ts';
import { parseResource } from '../resource.ts';
import { operationSchemas, pascal } from './casing.ts';
import { loadService } from './sdk-services.ts';

type Schema = ReturnType<typeof NormalizedSchema.of>;

/**
 * A problem is one thing that is wrong with the arguments of a task; `path` is `/Key/Id` below Arguments, and empty for
 * the arguments themselves.
 */
export interface ArgumentProblem {
  path: string;
  message: string;
}

/** An optimized integration accepts these fields in any form: it writes them as JSON. */
const ANY_JSON: Record<string, string> = {
  'lambda:invoke': 'Payload',
  'states:startExecution': 'Input',
  'sns:publish': 'Message',
  'sqs:sendMessage': 'MessageBody',
};

/**
 * Returns what Step Functions refuses in the arguments of a service integration, by the model of the service's API:
 * fields that the request does not have, required fields that are missing, and values of another kind. An expression
 * can become anything, so its value is judged only when the task starts.
 */
export function argumentProblems(resource: string, args: Json): ArgumentProblem[] {
  const parsed = parseResource(resource);
  if (parsed?.kind !== 'integration' || isExpression(args)) return [];
  const { resourceType, action } = parsed;
  const sdk = resourceType.startsWith('aws-sdk:');
  const service = sdk ? resourceType.slice('aws-sdk:'.length) : resourceType === 'states' ? 'sfn' : resourceType;
  const call = action.replace(/\.sync(:2)?$/, '');
  const { input } = operationSchemas(loadService(service).command(call)({}));
  const problems: ArgumentProblem[] = [];
  check(input, args, '', { problems, serializes: sdk, anyJson: sdk ? undefined : ANY_JSON[`${resourceType}:${call}`] });
  return problems;
}

interface Judging {
  problems: ArgumentProblem[];
  /** The value is true when objects and lists are accepted for text, since the integration writes them as JSON. */
  serializes: boolean;
  anyJson: string | undefined;
}

function check(schema: Schema, value: Json, path: string, judging: Judging): void {
  if (value === null || isExpression(value) || schema.isDocumentSchema()) return;
  if (path !== '' && path === `/${judging.anyJson}`) return;
  if (schema.isStructSchema()) checkStruct(schema, value, path, judging);
  else if (schema.isListSchema()) {
    if (!Array.isArray(value)) invalid(path, judging);
    else
      for (const [index, item] of value.entries()) check(schema.getValueSchema(), item, `${path}[${index}]`, judging);
  } else if (schema.isMapSchema()) {
    if (!isObject(value)) invalid(path, judging);
    else
      for (const [key, item] of Object.entries(value)) check(schema.getValueSchema(), item, `${path}/${key}`, judging);
  } else if (!hasKind(schema, value, judging)) invalid(path, judging);
}

function checkStruct(schema: Schema, value: Json, path: string, judging: Judging): void {
  if (!isObject(value)) {
    invalid(path, judging);
    return;
  }
  const members = new Map([...schema.structIterator()].map(([name, member]) => [pascal(name), member]));
  for (const [key, item] of Object.entries(value)) {
    const member = members.get(key);
    if (member) check(member, item, `${path}/${key}`, judging);
    else judging.problems.push({ path, message: `The field "${key}" is not supported by Step Functions` });
  }
  for (const key of [...members.keys()].slice(0, requiredMembers(schema))) {
    if (value[key] !== undefined) continue;
    judging.problems.push({ path, message: `The field '${key}' is required but was missing` });
  }
}

/** The SDK's models list the required members first, and then have their number. */
function requiredMembers(schema: Schema): number {
  const model: unknown = schema.getSchema();
  return Array.isArray(model) && typeof model[6] === 'number' ? model[6] : 0;
}

function hasKind(schema: Schema, value: Json, { serializes }: Judging): boolean {
  if (schema.isBlobSchema()) return true;
  if (schema.isStringSchema()) return typeof value === 'string' || (serializes && typeof value === 'object');
  if (schema.isTimestampSchema()) return typeof value === 'number' || typeof value === 'string';
  if (schema.isBooleanSchema()) return typeof value === 'boolean';
  if (schema.isNumericSchema() || schema.isBigIntegerSchema()) return typeof value === 'number';
  return true;
}

function invalid(path: string, { problems }: Judging): void {
  const field = path.split('/').at(-1) || 'Arguments';
  problems.push({ path, message: `The value of the field '${field}' has an invalid format` });
}

const isExpression = (value: Json) => typeof value === 'string' && expressionOf(value) !== undefined;
