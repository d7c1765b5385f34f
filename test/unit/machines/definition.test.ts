import { describe, expect, test } from 'vitest';
import { placeholders, prepareDefinition } from '../../../lib/definition.ts';

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
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
