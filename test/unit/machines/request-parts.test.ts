import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../lab/states/expressions/jsonata.ts';
import type { JsonObject } from '../../../lab/states/json.ts';
import { readDefinition } from '../../../lib/machines/definition.ts';
import { REQUEST_PARTS } from '../../../lib/machines/request-parts.ts';
import { aRequest } from '../lambdas/support/fixtures.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, 'statemachines');
const rendered = (['provision', 'deploy', 'validate', 'teardown', 'extend'] as const)
  .map((machine) => readDefinition(ROOT, machine))
  .join('\n');

/** The requests lack some optional members, and have a list of one and a null. Paths in JSONata would change these. */
const requests = {
  full: { ...aRequest(), mode: 'plan', checks: ['backend'], keepBackend: false, reason: '', until: null, hours: 4 },
  bare: { ...aRequest(), record: null },
};

describe('the part of a request that a function gets', () => {
  test.each(Object.entries(REQUEST_PARTS))('%s has what its schema names, as it is', async (name, schema) => {
    const keys = Object.keys(schema.shape);
    const expression = `$sift($request, function($v, $k) { $k in [${keys.map((key) => `'${key}'`).join(', ')}] })`;
    expect(rendered).toContain(expression);
    for (const request of Object.values(requests)) {
      const part = await evaluate(expression, { request: request as unknown as JsonObject });
      expect(part).toEqual(Object.fromEntries(Object.entries(request).filter(([key]) => keys.includes(key))));
      expect(schema.parse(part), name).toEqual(part);
    }
  });

  test('is that of the function which gets it', () => {
    for (const file of readdirSync(FOLDER).filter((one) => one.endsWith('.asl.json'))) {
      const calls = readFileSync(join(FOLDER, file), 'utf8').matchAll(
        /"FunctionName": "\$\{(\w+)FunctionArn\}",\s+"Payload": \{\s*"request": "\$\{(\w+)Request\}"/g,
      );
      for (const [, called, part] of calls) expect({ file, part }).toEqual({ file, part: called });
    }
  });
});
