import { describeLockTable } from '../aws/lock-table.ts';
import * as bucket from '../aws/state-bucket.ts';
import { validator } from '../runtime/validator.ts';
import { lookAtBackend } from '../validation/observe-backend.ts';

export const handler = validator('backend', ({ request }) => lookAtBackend(request, bucket, describeLockTable));
