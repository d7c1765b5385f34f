import { describe, expect, test } from 'vitest';
import { apiConfig } from '../../../services/api/config.ts';
import { migrateConfig } from '../../../services/migrate/config.ts';
import { parseConfig } from '../../../services/shared/config.ts';
import { workerConfig } from '../../../services/worker/config.ts';

const complete = {
  DB_HOST: 'db.example',
  DB_NAME: 'orders',
  DB_USER: 'app',
  DB_SECRET_ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:order-platform-dev-v3-api-db-AbCdEf',
  QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders',
  AWS_REGION: 'eu-west-1',
};

describe('configuration of the services', () => {
  test('needs only what has no sensible default', () => {
    expect(parseConfig(apiConfig, complete)).toMatchObject({ PORT: 8080, DB_PORT: 5432 });
    expect(parseConfig(workerConfig, { ...complete, CONCURRENCY: '7' })).toMatchObject({
      CONCURRENCY: 7,
      AMOUNT_LIMIT: 10_000,
    });
  });

  test('names every variable that is missing', () => {
    const { DB_HOST: _, QUEUE_URL: __, ...rest } = complete;
    expect(() => parseConfig(apiConfig, rest)).toThrow('bad environment: DB_HOST is not set; QUEUE_URL is not set');
  });

  test.each([
    [apiConfig, { PORT: '99999' }, /PORT: /],
    [apiConfig, { DB_PORT: 'postgres' }, /DB_PORT: /],
    [apiConfig, { REQUEST_TIMEOUT_SECONDS: '30' }, /REQUEST_TIMEOUT_SECONDS: /],
    [apiConfig, { DB_SECRET_ARN: 'hunter2' }, /DB_SECRET_ARN: must be the ARN of a secret/],
    [workerConfig, { CONCURRENCY: '0' }, /CONCURRENCY: /],
    [workerConfig, { QUEUE_URL: 'orders' }, /QUEUE_URL: /],
  ])('names the variable that is wrong: %#', (schema, wrong, message) => {
    expect(() => parseConfig(schema, { ...complete, ...wrong })).toThrow(message);
  });

  test('of a migration has the role of a service, and a password that nobody guesses', () => {
    const { DB_SECRET_ARN: _, ...database } = complete;
    const migration = { ...database, DB_PASSWORD: 'm', RUNTIME_USER: 'order_api', RUNTIME_PASSWORD: 'x'.repeat(64) };
    expect(parseConfig(migrateConfig, migration)).toMatchObject({ RUNTIME_USER: 'order_api', DB_PORT: 5432 });
    expect(() => parseConfig(migrateConfig, { ...migration, RUNTIME_USER: 'postgres' })).toThrow(/RUNTIME_USER: /);
    expect(() => parseConfig(migrateConfig, { ...migration, RUNTIME_PASSWORD: 'short' })).toThrow(/RUNTIME_PASSWORD: /);
  });

  test('never tells a value', () => {
    const read = () => parseConfig(apiConfig, { ...complete, DB_SECRET_ARN: 'hunter2', DB_PORT: 'x' });
    expect(read).toThrow(expect.not.stringContaining('hunter2'));
  });
});
