import { USER_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'name-blockers',
  variables: ['PROJECT'],
  timeoutSeconds: 50,
  memoryMb: 512,
  actions: USER_ACTIONS,
  readsAnyName: true,
});
