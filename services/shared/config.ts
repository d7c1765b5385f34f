import * as z from 'zod';

/** The environment variables are not valid. The message names every variable that is missing or wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const port = z.coerce.number().int().min(1).max(65_535);

/** The value of the variable is a whole number of at least 1. */
export const positiveInteger = z.coerce.number().int().min(1);

/** These variables identify the database and its user. */
export const databaseConfig = z.object({
  DB_HOST: z.string().min(1),
  DB_PORT: port.default(5432),
  DB_NAME: z.string().min(1),
  DB_USER: z.string().min(1),
  /** The service waits for the database at start for this time, and then ends. */
  DB_STARTUP_SECONDS: positiveInteger.default(60),
});
export type DatabaseConfig = z.infer<typeof databaseConfig>;

/** Both services read these environment variables. */
export const commonConfig = z.object({
  ...databaseConfig.shape,
  /** The secret contains the password of DB_USER, which is read for each connection. */
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
