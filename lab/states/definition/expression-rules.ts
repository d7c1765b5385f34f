import { expressionOf, parse } from '../expressions/jsonata.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Findings } from './diagnostics.ts';

/** Fields that hold no expressions, or states with fields of their own. */
const NOT_EXPRESSIONS = [
  'Branches',
  'Comment',
  'ItemProcessor',
  'Next',
  'QueryLanguage',
  'Resource',
  'Type',
  'ErrorEquals',
];

/** Every `{% … %}` of a state must be JSONata; a half-written one is a mistake, not a literal. */
export function checkExpressions(value: Json, at: string, findings: Findings): void {
  if (typeof value === 'string') {
    checkText(value, at, findings);
    return;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkExpressions(item, `${at}[${index}]`, findings);
    return;
  }
  if (!isObject(value)) return;
  const skip = at.includes('/Arguments') || at.includes('/Output') || at.includes('/Assign') ? [] : NOT_EXPRESSIONS;
  for (const [key, item] of Object.entries(value as JsonObject)) {
    if (!skip.includes(key)) checkExpressions(item, `${at}/${key}`, findings);
  }
}

function checkText(text: string, at: string, findings: Findings): void {
  const source = expressionOf(text);
  if (source === undefined) {
    if (text.startsWith('{%') !== text.endsWith('%}')) {
      findings.error(at, "A JSONata string must start with '{%' and end with '%}'", 'INVALID_JSONATA_EXPRESSION');
    }
    return;
  }
  if (source === '') {
    findings.error(at, 'The JSONata expression is empty', 'INVALID_JSONATA_EXPRESSION');
    return;
  }
  try {
    if (usesEval(parse(source).ast())) {
      findings.error(
        at,
        'The JSONata function $eval is not supported; use $parse for JSON',
        'INVALID_JSONATA_EXPRESSION',
      );
    }
  } catch (error) {
    const { message, position } = error as { message: string; position?: number };
    const where = position === undefined ? '' : ` (at character ${position})`;
    findings.error(at, `Invalid JSONata expression: ${message}${where}`, 'INVALID_JSONATA_EXPRESSION');
  }
}

function usesEval(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(usesEval);
  if (typeof node !== 'object' || node === null) return false;
  const { type, value } = node as { type?: unknown; value?: unknown };
  return (type === 'variable' && value === 'eval') || Object.values(node).some(usesEval);
}
