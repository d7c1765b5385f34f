import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'preview',
  variables: ['ENVIRONMENTS_TABLE', 'NAME_PATTERN', 'ALLOWED_ACCOUNTS', 'ALLOWED_REGIONS'],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: ['dynamodb:GetItem', 'codebuild:StartBuild'],
});
