import * as z from 'zod';
import { requireArn } from '../arns.ts';
import type { StateMachine } from '../machines.ts';
import type { Account, Operation } from './account.ts';
import { resourceNotFound } from './errors.ts';
import { parameters, tags } from './parameters.ts';

const resourceArn = z.object({ resourceArn: z.string() });

export const tagResource: Operation = (account, params) => {
  const input = parameters(resourceArn.extend({ tags }), params);
  const machine = tagged(account, input.resourceArn);
  for (const { key, value } of input.tags) machine.tags.set(key, value);
  return {};
};

export const untagResource: Operation = (account, params) => {
  const input = parameters(resourceArn.extend({ tagKeys: z.array(z.string()) }), params);
  const machine = tagged(account, input.resourceArn);
  for (const key of input.tagKeys) machine.tags.delete(key);
  return {};
};

export const listTagsForResource: Operation = (account, params) => {
  const machine = tagged(account, parameters(resourceArn, params).resourceArn);
  return { tags: [...machine.tags].map(([key, value]) => ({ key, value })) };
};

/** Only machines have tags; their versions do not. */
function tagged({ machines }: Account, arn: string): StateMachine {
  requireArn(arn, 'stateMachine');
  const machine = machines.find(arn);
  if (!machine) throw resourceNotFound(arn);
  return machine;
}
