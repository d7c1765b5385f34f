import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../lib/config/config.ts';
import config from '../../runbook.config.ts';
import { runbook } from './support/runbook.ts';

describe('a configuration that cannot work is refused with the key and the fix', () => {
  test.each([
    [{ allowedAccounts: ['12345'] }, 'allowedAccounts.0: must be an account id of 12 digits'],
    [{ allowedRegions: [] }, 'allowedRegions: must name at least one region'],
    [{ allowedRegions: ['Ireland'] }, 'allowedRegions.0: must be a region such as "eu-west-1"'],
    [{ allowedRegions: ['eu-west-1', 'cn-north-1'] }, 'allowedRegions: must be regions of one partition'],
    // Terraform's role may delete a key with its project's tag, and the key that signs certificates has this one.
    [{ project: 'runbook' }, 'project: must not be "runbook", the tag of what this project deploys'],
    [{ namePattern: 'order-platform' }, 'namePattern: must start with a letter and contain "{environment}" once'],
    [{ engine: { ...config.engine, version: 'latest' } }, 'engine.version: must be a version such as "1.11.4"'],
    [{ notifications: { email: 'nobody' } }, 'notifications.email: must be an e-mail address'],
    [
      { notifications: { webhook: { format: 'slack', secret: 'https://hooks.slack.com/services/T/B/X' } } },
      'notifications.webhook.secret: must be the name of a secret of Secrets Manager, and not the address itself',
    ],
    [{ expiry: { ...config.expiry, nightlyAt: '3am' } }, 'expiry.nightlyAt: must be a time of day such as "03:00"'],
    [
      { expiry: { ...config.expiry, timeZone: 'Dublin' } },
      'expiry.timeZone: must be an IANA time zone such as "Europe/Dublin"',
    ],
    [{ colour: 'red' }, 'unknown key "colour"'],
    [{ sweep: undefined }, 'sweep: '],
  ])('%j', (changes, message) => {
    expect(() => parseConfig({ ...config, ...changes })).toThrow(`runbook.config.ts: ${message}`);
  });

  test('a check without its wait is named', () => {
    const { backend: _, ...waitSeconds } = config.validation.waitSeconds;
    expect(() => parseConfig({ ...config, validation: { ...config.validation, waitSeconds } })).toThrow(
      'validation.waitSeconds.backend',
    );
  });
});

test.each<[unknown, string]>([
  [{ bucket: 'acme-state' }, 'stack.keepBackend.bucket: must contain "{environment}" once'],
  ['acme', 'stack.keepBackend: must be true, false, or { bucket: …, table: … }'],
  [{ table: 'acme-{environment}' }, 'stack.keepBackend'],
])('the backend %j is refused', (keepBackend, message) => {
  const stack = { ...config.stack, keepBackend } as typeof config.stack;
  expect(() => parseConfig({ ...config, stack })).toThrow(`runbook.config.ts: ${message}`);
});

describe('variables of the root that cannot work are refused', () => {
  const secret = { ssm: '/shop/{environment}/db' };
  test.each<[object, string]>([
    [{ variables: { 'a b': { value: 1 } } }, 'must be the name of a Terraform variable'],
    [{ variables: { a: {} } }, 'stack.variables.a: must have a value, or an input'],
    [{ variables: { a: 1 } }, 'must be { secret: … }, or some of value, environments and input'],
    [{ variables: { a: { value: 1, secret } } }, 'must be { secret: … }, or some of value, environments and input'],
    [{ variables: { a: { secret, input: 'string' } } }, 'must be { secret: … }, or some of'],
    [{ variables: { a: { value: 'x', input: 'number' } } }, 'stack.variables.a: has a value that is no number, which'],
    [{ variables: { a: { environments: { dev: 1, live: '1' }, input: 'number' } } }, 'has a value that is no number'],
    [{ variables: { prefix: { value: 'x' } } }, 'stack.variables.prefix: is given as prefix already'],
    [{ variableNames: { environment: 'env' }, variables: { env: { value: 'x' } } }, 'is given as environment already'],
    [{ variableNames: { project: 'name', prefix: 'name' } }, 'gives "name" two values, prefix and project'],
    [{ variableNames: { prefix: 'environment' } }, 'gives "environment" two values'],
    [{ variableNames: { colour: 'x' } }, 'unknown key "colour"'],
    [{ variables: { a: { secret: { ssm: '{environment}' } } } }, 'must be { secret: … }'],
    [{ variables: { a: { secret: { ssm: '/{environment}' } } } }, 'must be { secret: … }'],
    [{ variables: { a: { secret: { ssm: '/shop/*' } } } }, 'must be { secret: … }'],
    [{ variables: { a: { secret: { secretsManager: 'shop/*' } } } }, 'must be { secret: … }'],
    [
      { variables: { a: { secret: { secretsManager: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop' } } } },
      'must be { secret: … }',
    ],
    [
      { variables: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`v${at}`, { input: 'string' }])) },
      'may have an input in at most 20 variables',
    ],
    [
      {
        variables: Object.fromEntries(
          Array.from({ length: 20 }, (_, at) => [`${'v'.repeat(60)}${at}`, { input: 'string' }]),
        ),
      },
      'have names with an input of more than',
    ],
  ])('%j', (changes, message) => {
    expect(() => parseConfig({ ...config, stack: { ...config.stack, ...changes } })).toThrow(message);
  });

  test.each<[object, string]>([
    [
      { variables: { nothing_like_it: { value: 1 } } },
      'stack.variables.nothing_like_it: the root declares no such variable',
    ],
    [{ variableNames: { environment: 'env' } }, 'stack.variableNames.environment: the root declares no variable "env"'],
    [
      { variables: { log_level: { secret } } },
      'stack.variables.log_level: plans would show the secret: write sensitive = true',
    ],
  ])('%j by what the root declares', (changes, message) => {
    expect(() => runbook({ stack: { ...config.stack, ...changes } as never })).toThrow(`runbook.config.ts: ${message}`);
  });
});

describe('what is configured is what is deployed', () => {
  const { template } = runbook({
    namePattern: 'shop-{environment}',
    allowedAccounts: ['111111111111', '222222222222'],
    allowedRegions: ['eu-west-1', 'us-east-1'],
    sweep: { settleSeconds: 7, exclusions: [{ what: 'x-{environment}', why: 'kept' }] },
    approval: { timeoutMinutes: 30 },
  });

  test('accounts, regions and names reach the preflight', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'runbook-preflight',
      Environment: {
        Variables: {
          ALLOWED_ACCOUNTS: '111111111111,222222222222',
          ALLOWED_REGIONS: 'eu-west-1,us-east-1',
          NAME_PATTERN: 'shop-{environment}',
        },
      },
    });
  });

  test('no account listed means the account that the stack is in', () => {
    runbook().template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'runbook-preflight',
      Environment: { Variables: { ALLOWED_ACCOUNTS: { Ref: 'AWS::AccountId' } } },
    });
  });

  test('names reach the grants, and times the machines', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).toContain(':table/shop-*-tflock');
    expect(text).not.toContain('order-platform-*');
    const definitions = Object.values(template.findResources('AWS::StepFunctions::StateMachine')).map(
      ({ Properties }) => Properties.DefinitionString as string,
    );
    expect(definitions.join()).toContain('"Seconds": 7');
    expect(definitions.join()).toContain('"TimeoutSeconds": 1800');
  });
});

/** ECS gives up on a rollout that is not healthy within ten minutes. */
test.each(Object.entries(config.validation.waitSeconds).filter(([check]) => check !== 'backend'))(
  '%s waits for longer than a slow rollout takes: %i s',
  (_, seconds) => {
    expect(seconds).toBeGreaterThanOrEqual(600);
  },
);
