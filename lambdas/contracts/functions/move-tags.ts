import { moveTagsEvent } from '../payloads/images.ts';
import { OWNERSHIP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';
import { ASKED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'move-tags',
  request: moveTagsEvent.shape.request,
  variables: ['ENVIRONMENTS_TABLE'],
  timeoutSeconds: 60,
  memoryMb: 256,
  actions: ['ecr:BatchGetImage', 'ecr:PutImage', ...OWNERSHIP_ACTIONS],
  record: ASKED,
});
