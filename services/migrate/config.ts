import * as z from 'zod';
import { databaseConfig } from '../shared/config.ts';
import { GRANTS, type RuntimeRole } from './grants.ts';

const roles = Object.keys(GRANTS) as [RuntimeRole, ...RuntimeRole[]];

/** The migration reads these environment variables. It ends before the service of its task starts. */
export const migrateConfig = z.object({
  ...databaseConfig.shape,
  /** This is the password of DB_USER, the master user. */
  DB_PASSWORD: z.string().min(1),
  /** The service of this task logs in with this role. */
  RUNTIME_USER: z.enum(roles),
  RUNTIME_PASSWORD: z.string().min(32),
});
