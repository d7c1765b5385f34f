import { describe, expect, test } from 'vitest';
import { inputVariables, typedInputs } from '../../../../lambdas/contracts/stack-variables.ts';

const allowed = { name: 'string', size: 'number', on: 'boolean', cidrs: 'json' } as const;

describe('a value has the type that the configuration allows', () => {
  test.each<[Record<string, unknown>, object]>([
    [{ name: 'x' }, { name: 'x' }],
    [{ name: '1.10' }, { name: '1.10' }],
    [{ size: 512 }, { size: 512 }],
    [{ size: '512' }, { size: 512 }],
    [{ on: true }, { on: true }],
    [{ on: 'false' }, { on: false }],
    [{ cidrs: ['10.0.0.0/8'] }, { cidrs: ['10.0.0.0/8'] }],
    [{ cidrs: '["10.0.0.0/8"]' }, { cidrs: ['10.0.0.0/8'] }],
    [{ cidrs: '{"a": 1}' }, { cidrs: { a: 1 } }],
    [{ name: '$(rm -rf /)' }, { name: '$(rm -rf /)' }],
  ])('%j', (given, values) => {
    expect(typedInputs(inputVariables.parse(given), allowed)).toEqual({ values, problems: [] });
  });

  test.each<[Record<string, unknown>, string]>([
    [{ name: 1 }, 'variable "name": must be a text'],
    [{ size: 'big' }, 'variable "size": must be a number'],
    [{ size: '' }, 'variable "size": must be a number'],
    [{ size: true }, 'variable "size": must be a number'],
    [{ on: 1 }, 'variable "on": must be true or false'],
    [{ on: 'yes' }, 'variable "on": must be true or false'],
    [{ cidrs: '10.0.0.0/8' }, 'variable "cidrs": must be a list or an object, in JSON'],
    [{ cidrs: 'null' }, 'variable "cidrs": must be a list or an object, in JSON'],
    [{ db_password: 'x' }, 'variable "db_password": the configuration does not allow it'],
    [{ toString: 'x' }, 'variable "toString": the configuration does not allow it'],
  ])('and %j is refused without a word of the value', (given, problem) => {
    const { values, problems } = typedInputs(inputVariables.parse(given), allowed);
    expect(values).toEqual({});
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});

describe('inputs are bounded', () => {
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`v${at}`, 1]));
  const large = Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`v${at}`, 'x'.repeat(2_000)]));
  test.each<[string, unknown, string]>([
    ['too many', many, 'must have at most 20 variables'],
    ['too large', { name: 'x'.repeat(2_049) }, 'must have at most 2048 characters'],
    ['too large together', large, 'must have at most 8192 characters in all'],
    ['a list', ['a'], 'must be an object of values'],
    ['nothing', { name: null }, 'must have a value'],
    ['an option', { '-destroy': 'x' }, 'must be the name of a Terraform variable'],
    ['a second line', { 'a\nb': 'x' }, 'must be the name of a Terraform variable'],
    [
      'a prototype',
      JSON.parse('{"__proto__": {"a": 1}, "constructor": 1}'),
      'must be the name of a Terraform variable',
    ],
  ])('%s', (_, given, message) => {
    const { error } = inputVariables.safeParse(given);
    expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
  });
});
