import { invalidDefinition } from '../api/errors.ts';
import { isObject, syntaxError } from '../json.ts';
import type { Diagnostic } from './diagnostics.ts';
import { checkRules, type MachineType } from './rules.ts';
import type { Definition } from './types.ts';

export interface Validated {
  diagnostics: Diagnostic[];
  definition: Definition | undefined;
}

/**
 * Returns everything that is wrong with a definition, in AWS's words where they are known (docs/aws-differences.md).
 */
export function validateDefinition(text: string, type: MachineType = 'STANDARD'): Validated {
  let parsed: unknown;
  try {
    parsed = text === '' ? undefined : JSON.parse(text);
  } catch (error) {
    const message = syntaxError(text, error);
    return failed({ severity: 'ERROR', code: 'INVALID_JSON_DESCRIPTION', message });
  }
  if (!isObject(parsed)) {
    const message = 'Definition must be a valid JSON object';
    return failed({ severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message });
  }
  return { diagnostics: checkRules(parsed, type), definition: parsed as unknown as Definition };
}

function failed(diagnostic: Diagnostic): Validated {
  return { diagnostics: [diagnostic], definition: undefined };
}

const parsedDefinitions = new Map<string, Definition>();

/** @throws AwsError InvalidDefinition that lists every error with its location */
export function parseDefinition(text: string, type: MachineType = 'STANDARD'): Definition {
  const known = parsedDefinitions.get(`${type} ${text}`);
  if (known) return known;
  const { diagnostics, definition } = validateDefinition(text, type);
  const errors = diagnostics.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0 || !definition) throw invalidDefinition(errors.map(describe).join(', '));
  parsedDefinitions.set(`${type} ${text}`, definition);
  return definition;
}

/** A diagnostic without a location is at null, as AWS writes it. */
const describe = ({ code, message, location = 'null' }: Diagnostic) => `${code}: ${message} at ${location}`;
