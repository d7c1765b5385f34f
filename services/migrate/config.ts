import * as z from 'zod';
import { databaseConfig } from '../shared/config.ts';
import { GRANTS, type RuntimeRole } from './grants.ts';

const roles = Object.keys(GRANTS) as [RuntimeRole, ...RuntimeRole[]];

/** Environment of the migration, which ends before the service of its task starts. */
export const migrateConfig = z.object({
  ...databaseConfig.shape,
  /** Password of DB_USER, the master user. */
  DB_PASSWORD: z.string().min(1),
  /** Role that the service of this task logs in as. */
  RUNTIME_USER: z.enum(roles),
  RUNTIME_PASSWORD: z.string().min(32),
});
