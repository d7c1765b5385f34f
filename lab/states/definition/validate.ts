import { invalidDefinition } from '../api/errors.ts';
import { isObject } from '../json.ts';
import type { Diagnostic } from './diagnostics.ts';
import { checkRules } from './rules.ts';
import { checkSchema } from './schema.ts';
import type { Definition } from './types.ts';

export interface Validated {
  diagnostics: Diagnostic[];
  definition: Definition | undefined;
}

/**
 * Everything that is wrong with a definition, by own rules first: they say where and why. The published schema has
 * the last word on what they let pass.
 */
export function validateDefinition(text: string): Validated {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return failed({ severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION', message: (error as Error).message });
  }
  if (!isObject(parsed)) {
    const message = 'Definition must be a valid JSON object';
    return failed({ severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message });
  }
  const diagnostics = checkRules(parsed);
  if (!diagnostics.some(({ severity }) => severity === 'ERROR')) diagnostics.push(...checkSchema(parsed));
  return { diagnostics, definition: parsed as unknown as Definition };
}

function failed(diagnostic: Diagnostic): Validated {
  return { diagnostics: [diagnostic], definition: undefined };
}

const parsedDefinitions = new Map<string, Definition>();

/** @throws AwsError InvalidDefinition that lists every error with its location */
export function parseDefinition(text: string): Definition {
  const known = parsedDefinitions.get(text);
  if (known) return known;
  const { diagnostics, definition } = validateDefinition(text);
  const errors = diagnostics.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0 || !definition) throw invalidDefinition(errors.map(describe).join(', '));
  parsedDefinitions.set(text, definition);
  return definition;
}

const describe = ({ code, message, location }: Diagnostic) => `${code}: ${message}${location ? ` at ${location}` : ''}`;
