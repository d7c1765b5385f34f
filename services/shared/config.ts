import * as z from 'zod';

/** The environment is not what the service needs; the message names every variable that is missing or wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const port = z.coerce.number().int().min(1).max(65_535);

/** A whole number of at least 1, from an environment variable. */
export const positiveInteger = z.coerce.number().int().min(1);

/** Where the database is, and who connects. */
export const databaseConfig = z.object({
  DB_HOST: z.string().min(1),
  DB_PORT: port.default(5432),
  DB_NAME: z.string().min(1),
  DB_USER: z.string().min(1),
  /** How long to wait for the database at start before giving up. */
  DB_STARTUP_SECONDS: positiveInteger.default(60),
});
export type DatabaseConfig = z.infer<typeof databaseConfig>;

/** What both services read from their environment. */
export const commonConfig = z.object({
  ...databaseConfig.shape,
  /** Secret with the password of DB_USER, which is read for each connection. */
  DB_SECRET_ARN: z.string().regex(/^arn:[\w-]+:secretsmanager:/, 'must be the ARN of a secret'),
  QUEUE_URL: z.url(),
  AWS_REGION: z.string().min(1),
});

/** @throws ConfigError */
export function parseConfig<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): z.infer<Schema> {
  const result = schema.safeParse(environment);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => {
    const variable = path.join('.');
    return environment[variable] === undefined ? `${variable} is not set` : `${variable}: ${message}`;
  });
  throw new ConfigError(`bad environment: ${problems.join('; ')}`);
}

export { port as portNumber };
