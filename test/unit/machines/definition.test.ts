import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MACHINES } from '../../../lambdas/contracts/record.ts';
import { placeholders, prepareDefinition, readDefinition } from '../../../lib/machines/definition.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const retriers = JSON.parse(readFileSync(join(ROOT, 'statemachines/retries.json'), 'utf8')) as Record<string, object>;

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
const definition = '{"Comment": "${Name} waits", "Seconds": "${Seconds}", "Cause": "after ${Seconds} s, ${Name}"}';

describe('preparing a definition', () => {
  test('finds each placeholder once', () => {
    expect(placeholders(definition)).toEqual(['Name', 'Seconds']);
  });

  test('writes numbers where the language wants numbers, and leaves strings to CloudFormation', () => {
    const prepared = prepareDefinition(definition, { Name: 'Ada', Seconds: 7 });
    expect(prepared.strings).toEqual({ Name: 'Ada' });
    expect(JSON.parse(prepared.definition)).toEqual({
      Comment: '${Name} waits',
      Seconds: 7,
      Cause: 'after 7 s, ${Name}',
    });
  });

  test('refuses a placeholder without a value, and a value without a placeholder', () => {
    expect(() => prepareDefinition(definition, { Name: 'Ada' })).toThrow('no value for Seconds');
    expect(() => prepareDefinition(definition, { Name: 'Ada', Seconds: 7, Colour: 'red' })).toThrow(
      'no use for Colour',
    );
  });
});

describe('retriers', () => {
  test('are written where a definition names them, and each is used', () => {
    const text = MACHINES.map((machine) => readDefinition(ROOT, machine)).join();
    expect(text).not.toContain('${Retry');
    for (const [name, retrier] of Object.entries(retriers)) expect(text, name).toContain(JSON.stringify(retrier));
  });

  test('have to be there', () => {
    const root = mkdtempSync(join(tmpdir(), 'runbook-retriers-'));
    try {
      mkdirSync(join(root, 'statemachines'));
      writeFileSync(join(root, 'statemachines/retries.json'), '{}');
      writeFileSync(join(root, 'statemachines/sweep.asl.json'), '{"Retry": ["${RetryLambda}"]}');
      expect(() => readDefinition(root, 'sweep')).toThrow('retries.json has no RetryLambda');
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
