import { readFileSync } from 'node:fs';
import * as yaml from 'yaml';
import * as z from 'zod';

/**
 * The schemas have the part of the syntax that the workflows of this project use. Anything else is refused, because the
 * runner does not do it.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
 */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const texts = z.record(z.string(), text).default({});

const step = z.strictObject({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  with: texts,
  env: texts,
  shell: z.literal('bash').optional(),
  run: z.string().optional(),
});
export type Step = z.output<typeof step>;

const job = z.strictObject({
  if: z.string().optional(),
  'runs-on': z.string(),
  'timeout-minutes': z.number(),
  environment: z.string().optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write'])).optional(),
  steps: z.array(step),
});
export type Job = z.output<typeof job>;

export const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.enum(['read', 'write'])),
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.boolean() }),
  jobs: z.record(z.string(), job),
});

export const compositeAction = z.strictObject({
  name: z.string(),
  description: z.string(),
  inputs: z.record(
    z.string(),
    z.strictObject({ description: z.string(), required: z.boolean().optional(), default: z.string().optional() }),
  ),
  outputs: z.record(z.string(), z.strictObject({ description: z.string(), value: z.string() })),
  runs: z.strictObject({ using: z.literal('composite'), steps: z.array(step) }),
});

export function read<S extends z.ZodType>(schema: S, file: string): z.output<S> {
  return schema.parse(yaml.parse(readFileSync(file, 'utf8')));
}
