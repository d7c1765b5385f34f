import { OWNERSHIP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';
import { ASKED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'require-ownership',
  variables: ['ENVIRONMENTS_TABLE'],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: OWNERSHIP_ACTIONS,
  record: ASKED,
});
