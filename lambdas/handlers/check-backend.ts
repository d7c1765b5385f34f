import { describeLockTable } from '../adapters/lock-table.ts';
import * as bucket from '../adapters/state-bucket.ts';
import { lookAtBackend } from '../operations/look-at-backend.ts';
import { validator } from '../shared/validator.ts';

export const handler = validator('backend', ({ request }) => lookAtBackend(request, bucket, describeLockTable));
