import { outputsEvent } from '../payloads/plan.ts';
import { OWNERSHIP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';
import { ASKED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'outputs',
  request: outputsEvent.shape.request,
  variables: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET', 'NAME_PATTERN', 'WANTED_OUTPUTS', 'LOOKUPS'],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: [...OWNERSHIP_ACTIONS],
  buckets: { 's3:GetObject': ['control', 'state'], 's3:ListBucket': ['control', 'state'] },
  record: [
    ...ASKED,
    'outputs',
    'taskDefinitions',
    'targets',
    'lineage',
    'serial',
    'usdPerHour',
    'spent',
    'teardownBegan',
    'provisionBegan',
    'applied',
  ],
});
