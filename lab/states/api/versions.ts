import * as z from 'zod';
import { requireArn } from '../arns.ts';
import type { Operation } from './account.ts';
import { maxResults, nextToken, page, parameters } from './parameters.ts';

const publishSchema = z.object({
  ...{ stateMachineArn: z.string(), description: z.string().optional(), revisionId: z.string().optional() },
});

export const publishStateMachineVersion: Operation = ({ machines }, params) => {
  const { stateMachineArn, description, revisionId } = parameters(publishSchema, params);
  requireArn(stateMachineArn, 'stateMachine');
  const version = machines.publish(stateMachineArn, description, revisionId);
  return { creationDate: version.createdAt, stateMachineVersionArn: `${stateMachineArn}:${version.number}` };
};

const listSchema = z.object({ stateMachineArn: z.string(), maxResults, nextToken });

/** The newest version is first. Terraform asks for the versions at every refresh. */
export const listStateMachineVersions: Operation = ({ machines }, params) => {
  const input = parameters(listSchema, params);
  requireArn(input.stateMachineArn, 'stateMachine');
  const versions = [...(machines.find(input.stateMachineArn)?.versions ?? [])].reverse();
  const { items, nextToken: next } = page(versions, input, `versions ${input.stateMachineArn}`);
  const stateMachineVersions = items.map(({ number, createdAt }) => ({
    stateMachineVersionArn: `${input.stateMachineArn}:${number}`,
    creationDate: createdAt,
  }));
  return { stateMachineVersions, nextToken: next };
};

/** No alias can be created here, so there is never one to list. */
export const listStateMachineAliases: Operation = ({ machines }, params) => {
  const { stateMachineArn } = parameters(listSchema, params);
  requireArn(stateMachineArn, 'stateMachine');
  machines.require(stateMachineArn);
  return { stateMachineAliases: [] };
};
