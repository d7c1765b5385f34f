import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/**
 * Evaluates expressions of workflows with GitHub's own library.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
 */

/** The contexts are plain JSON: `github`, `vars`, `inputs`, `steps`. */
export type Contexts = Readonly<Record<string, unknown>>;

/** The status of the job before a step, which `success()`, `failure()` and `always()` ask for. */
export type Status = 'success' | 'failure';

const STATUS_FUNCTIONS: Record<string, (status: Status) => boolean> = {
  success: (status) => status === 'success',
  failure: (status) => status === 'failure',
  always: () => true,
  cancelled: () => false,
};

/** Returns text with the values of its expressions. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => evaluate(expression, contexts).coerceString());
}

/**
 * Returns whether a job or step runs. A condition without a status function has `success()` before it, and the
 * delimiters of an expression may be left out.
 */
export function runs(condition: string | undefined, contexts: Contexts, status: Status = 'success'): boolean {
  if (condition === undefined) return status === 'success';
  const expression = condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1');
  const asksForStatus = /\b(success|failure|always|cancelled)\s*\(/.test(expression);
  const value = evaluate(asksForStatus ? expression : `success() && (${expression})`, contexts, status);
  return !['', '0', 'false'].includes(value.coerceString());
}

function evaluate(expression: string, contexts: Contexts, status: Status = 'success'): data.ExpressionData {
  const functions = Object.entries(STATUS_FUNCTIONS).map(([name, is]) => ({
    ...{ name, minArgs: 0, maxArgs: 0 },
    call: () => new data.BooleanData(is(status)),
  }));
  const { tokens } = new Lexer(expression).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), functions).parse();
  const values = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  return new Evaluator(parsed, values, new Map(functions.map((one) => [one.name, one]))).evaluate();
}
