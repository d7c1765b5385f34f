import type { InputTransformer, Target } from '@aws-sdk/client-eventbridge';

export interface RuleReference {
  name: string;
  arn: string;
}

/** Returns the target's input: the whole event, a constant, a part, or a text with parts filled in. */
export function inputFor(target: Target, event: Record<string, unknown>, rule: RuleReference): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(pick(target.InputPath, event) ?? null);
  if (target.InputTransformer) return transform(target.InputTransformer, event, rule);
  return JSON.stringify(event);
}

/** @param path `$.detail.items[0].name`: names and indexes only, which is all that EventBridge takes */
export function pick(path: string, value: unknown): unknown {
  const steps = path.match(/[^.[\]'"$]+/g) ?? [];
  return steps.reduce<unknown>((found, step) => (found as Record<string, unknown> | undefined)?.[step], value);
}

function transform(transformer: InputTransformer, event: Record<string, unknown>, rule: RuleReference): string {
  const { InputPathsMap: paths = {}, InputTemplate: template = '' } = transformer;
  const values: Record<string, unknown> = {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event.ingestion-time': event.time,
    'aws.events.event': event,
    'aws.events.event.json': event,
    ...Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, pick(path, event)])),
  };
  let quoted = false;
  return template.replace(/\\.|"|<([\w.-]+)>/g, (match, name) => {
    if (match === '"') quoted = !quoted;
    if (name === undefined || !(name in values)) return match;
    return quoted ? insideText(values[name]) : JSON.stringify(values[name] ?? null);
  });
}

function insideText(value: unknown): string {
  if (value === undefined) return '';
  const plain = typeof value === 'string' ? value : JSON.stringify(value);
  return JSON.stringify(plain).slice(1, -1);
}
