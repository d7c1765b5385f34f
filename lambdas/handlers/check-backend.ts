import { describeLockTable } from '../aws/lock-table.ts';
import * as bucket from '../aws/state-bucket.ts';
import { manifest } from '../contracts/functions/check-backend.ts';
import { validator } from '../runtime/validator.ts';
import { observeBackend } from '../validation/observe-backend.ts';

export const handler = validator(manifest, ({ request }) => observeBackend(request, bucket, describeLockTable));
