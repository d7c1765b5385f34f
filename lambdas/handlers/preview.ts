import { loadRecord } from '../aws/environments-table.ts';
import { callerAccount } from '../aws/identity.ts';
import { startPreviewBuild } from '../aws/preview-build.ts';
import { manifest } from '../contracts/functions/preview.ts';
import { previewEvent } from '../contracts/payloads/preview.ts';
import { startPreview } from '../environment/preview.ts';
import { lambda } from '../runtime/middleware.ts';

export const handler = lambda(manifest, previewEvent, (event, { env }) =>
  startPreview(
    event,
    { env, region: process.env.AWS_REGION ?? '' },
    {
      accountId: callerAccount,
      loadRecord: (environment) => loadRecord(env.ENVIRONMENTS_TABLE, environment),
      start: startPreviewBuild,
    },
  ),
);
