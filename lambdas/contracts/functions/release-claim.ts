import { releaseClaimEvent } from '../payloads/ownership.ts';
import { OWNERSHIP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';
import { LEASED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'release-claim',
  request: releaseClaimEvent.shape.request,
  variables: ['ENVIRONMENTS_TABLE'],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: OWNERSHIP_ACTIONS,
  record: [...LEASED, 'commit', 'bundleKey', 'bundleSha256', 'expiresAt', 'maxCostUsd', 'variables', 'provisionBegan'],
});
