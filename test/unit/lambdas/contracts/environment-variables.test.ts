import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseEnvironment, VARIABLES } from '../../../../lambdas/contracts/environment-variables.ts';
import { FUNCTIONS, HANDLER_NAMES, manifestOf } from '../../../../lambdas/contracts/functions.ts';

const LAMBDAS = resolve(import.meta.dirname, '../../../../lambdas');
const filesOf = (folder: string) =>
  readdirSync(join(LAMBDAS, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

describe('handlers', () => {
  test('are exactly those that have a manifest, under its name', () => {
    const files = filesOf('handlers').map((file) => file.replace(/\.ts$/, ''));
    expect(files.sort()).toEqual([...HANDLER_NAMES].sort());
    for (const name of [...HANDLER_NAMES, 'custom-check' as const]) expect(manifestOf(name).name).toBe(name);
  });

  test('use each of their variables, and each variable has a handler', () => {
    for (const handler of HANDLER_NAMES) {
      const source = readFileSync(join(LAMBDAS, 'handlers', `${handler}.ts`), 'utf8');
      // preflight hands the whole of them on; those of a validator are read by what makes a Lambda of it.
      const handsOn = source.includes('{ env,') || /[vV]alidator\(/.test(source);
      const unused = manifestOf(handler).variables.filter((name) => !source.includes(`env.${name}`) && !handsOn);
      expect({ handler, unused }).toEqual({ handler, unused: [] });
    }
    const used = new Set(
      [...HANDLER_NAMES, 'custom-check' as const].flatMap((handler) => manifestOf(handler).variables),
    );
    expect(Object.keys(VARIABLES).filter((name) => !used.has(name as never))).toEqual([]);
  });
});

describe('environment variables', () => {
  const good = {
    ENVIRONMENTS_TABLE: 't',
    NAME_PATTERN: 'x-{environment}',
    ALLOWED_ACCOUNTS: '123456789012, 210987654321',
  };
  const rest = {
    ALLOWED_REGIONS: 'eu-west-1',
    BUNDLE_COMMIT: 'abcdef1',
    MAX_LIFE_HOURS: '72',
    SWEEP_EXCLUSIONS: '[]',
    CHECKS: 'backend, document-intake',
    KEEP_BACKEND: 'yes',
    BACKEND_NAMES: '{"bucket":"acme-{environment}"}',
    IMAGES: '[{"name":"api","repository":"{prefix}-api"}]',
    INPUT_TYPES: '{"task_cpu":"number"}',
  };

  test('are parsed, and others left out', () => {
    expect(parseEnvironment(FUNCTIONS.preflight, { ...good, ...rest, PATH: '/bin' })).toEqual({
      ...good,
      ...rest,
      ALLOWED_ACCOUNTS: ['123456789012', '210987654321'],
      ALLOWED_REGIONS: ['eu-west-1'],
      MAX_LIFE_HOURS: 72,
      SWEEP_EXCLUSIONS: [],
      CHECKS: ['backend', 'document-intake'],
      KEEP_BACKEND: true,
      BACKEND_NAMES: { bucket: 'acme-{environment}' },
      IMAGES: [{ name: 'api', repository: '{prefix}-api' }],
      INPUT_TYPES: { task_cpu: 'number' },
    });
  });

  test.each([
    [{ NAME_PATTERN: 'x' }, /NAME_PATTERN/],
    [{ ALLOWED_ACCOUNTS: '1' }, /ALLOWED_ACCOUNTS/],
    [{ ALLOWED_ACCOUNTS: '' }, /ALLOWED_ACCOUNTS/],
    [{ MAX_LIFE_HOURS: 'x' }, /MAX_LIFE_HOURS/],
    [{ MAX_LIFE_HOURS: undefined, BUNDLE_COMMIT: undefined }, /BUNDLE_COMMIT.*MAX_LIFE_HOURS/],
  ])('%j are refused', (changes, message) => {
    expect(() => parseEnvironment(FUNCTIONS.preflight, { ...good, ...rest, ...changes })).toThrow(message);
  });

  test('say how long a check is waited for, and what a check of a team’s own is called', () => {
    expect(parseEnvironment(FUNCTIONS['check-backend'], { WAIT_SECONDS: '30' })).toEqual({ WAIT_SECONDS: 30 });
    const own = { CHECK: 'document-intake', WAIT_SECONDS: '0' };
    expect(parseEnvironment(FUNCTIONS['custom-check'], own)).toEqual({ CHECK: 'document-intake', WAIT_SECONDS: 0 });
    for (const bad of [{ CHECK: 'Intake' }, { CHECK: 'a_b' }, { WAIT_SECONDS: '-1' }, { WAIT_SECONDS: 'x' }]) {
      expect(() => parseEnvironment(FUNCTIONS['custom-check'], { ...own, ...bad })).toThrow(Object.keys(bad)[0]);
    }
  });

  test('say which outputs are wanted, by whom', () => {
    const rest = { ENVIRONMENTS_TABLE: 't', CONTROL_BUCKET: 'b', NAME_PATTERN: '{environment}', LOOKUPS: '[]' };
    const wanted = [{ name: 'vpc_id', from: 'vpc', by: ['backend'] }];
    expect(parseEnvironment(FUNCTIONS.outputs, { ...rest, WANTED_OUTPUTS: JSON.stringify(wanted) })).toMatchObject({
      WANTED_OUTPUTS: wanted,
    });
    for (const bad of ['', 'vpc_id', '[{"name":"VPC"}]']) {
      expect(() => parseEnvironment(FUNCTIONS.outputs, { ...rest, WANTED_OUTPUTS: bad })).toThrow(/WANTED_OUTPUTS/);
    }
  });
});
