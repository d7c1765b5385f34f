import * as z from 'zod';
import { AwsError } from '../../service.ts';
import { requireArn } from '../arns.ts';
import { variables } from '../definition/variable-references.ts';
import type { Execution } from '../execution.ts';
import { withoutData } from '../history.ts';
import { exceedsDataLimit, type Json, syntaxError } from '../json.ts';
import type { Account, Operation } from './account.ts';
import { executionNotRedrivable, invalidExecutionInput, stateMachineDeleting } from './errors.ts';
import { maxResults, nextToken, nextTokenOfExecutions, page, parameters, requireName } from './parameters.ts';

const seconds = (milliseconds: number) => milliseconds / 1000;
const executionArn = z.object({ executionArn: z.string() });

const startSchema = z.object({
  ...{ stateMachineArn: z.string(), name: z.string().optional(), input: z.string().default('{}') },
  traceHeader: z.string().optional(),
});

export const startExecution: Operation = ({ machines, executions }, params) => {
  const { stateMachineArn, name, input } = parameters(startSchema, params);
  requireArn(stateMachineArn, 'stateMachine');
  if (name !== undefined) requireName(name);
  const found = machines.requireRevision(stateMachineArn);
  if (found.machine.status === 'DELETING') throw stateMachineDeleting(stateMachineArn);
  const execution = executions.start({ ...found, name, input: parseInput(input) });
  return { executionArn: execution.identity.arn, startDate: seconds(execution.startedAt) };
};

function parseInput(text: string): Json {
  if (text.trim() === '') throw invalidExecutionInput('Invalid execution input.');
  let input: Json;
  try {
    input = JSON.parse(text) as Json;
  } catch (error) {
    throw invalidExecutionInput(syntaxError(text, error));
  }
  if (exceedsDataLimit(input)) throw invalidExecutionInput('The input exceeds the maximum of 262144 bytes');
  return input;
}

const stopSchema = executionArn.extend({
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
});

export const stopExecution: Operation = ({ executions }, params) => {
  const input = parameters(stopSchema, params);
  requireArn(input.executionArn, 'execution');
  const execution = executions.require(input.executionArn);
  execution.stop(input.error, input.cause);
  return { stopDate: seconds(execution.stoppedAt ?? execution.startedAt) };
};

const describeSchema = executionArn.extend({ includedData: z.enum(['ALL_DATA', 'METADATA_ONLY']).default('ALL_DATA') });

export const describeExecution: Operation = ({ executions }, params) => {
  const input = parameters(describeSchema, params);
  requireArn(input.executionArn, 'execution');
  const execution = executions.require(input.executionArn);
  const { output, failure } = execution;
  const redrive = execution.redriveStatus();
  const included = input.includedData === 'ALL_DATA';
  return {
    ...summary(execution),
    ...(included && { input: JSON.stringify(execution.identity.input) }),
    inputDetails: { included },
    ...(output !== undefined && { ...(included && { output: JSON.stringify(output) }), outputDetails: { included } }),
    ...(failure?.error !== undefined && { error: failure.error }),
    ...(failure?.reason !== undefined && { cause: failure.reason }),
    redriveStatus: redrive.status,
    ...(redrive.reason && { redriveStatusReason: redrive.reason }),
  };
};

/** Returns the members that a list of executions and a description have in common. */
function summary({ identity, status, startedAt, stoppedAt, redriveCount, redrivenAt }: Execution) {
  return {
    executionArn: identity.arn,
    stateMachineArn: identity.machineArn,
    name: identity.name,
    status,
    ...(identity.mapRunArn && { mapRunArn: identity.mapRunArn }),
    startDate: seconds(startedAt),
    ...(stoppedAt !== undefined && { stopDate: seconds(stoppedAt) }),
    ...(identity.versionArn && { stateMachineVersionArn: identity.versionArn }),
    redriveCount,
    ...(redrivenAt !== undefined && { redriveDate: seconds(redrivenAt) }),
  };
}

export const describeStateMachineForExecution: Operation = ({ executions }, params) => {
  const input = parameters(describeSchema, params);
  requireArn(input.executionArn, 'execution');
  const { machineArn, machineName, revision } = executions.require(input.executionArn).identity;
  return {
    stateMachineArn: machineArn,
    name: machineName,
    definition: revision.definition,
    roleArn: revision.roleArn,
    updateDate: revision.updatedAt,
    loggingConfiguration: revision.logging,
    tracingConfiguration: revision.tracing,
    encryptionConfiguration: revision.encryption,
    ...variables(revision),
    ...(revision.revisionId && { revisionId: revision.revisionId }),
  };
};

const historySchema = executionArn.extend({
  ...{
    maxResults,
    nextToken,
    reverseOrder: z.boolean().default(false),
    includeExecutionData: z.boolean().default(true),
  },
});

export const getExecutionHistory: Operation = ({ executions }, params) => {
  const input = parameters(historySchema, params);
  requireArn(input.executionArn, 'execution');
  const { events } = executions.require(input.executionArn).history;
  const ordered = input.reverseOrder ? events.toReversed() : events;
  const list = `history ${input.executionArn} ${input.reverseOrder}`;
  const { items, nextToken: next } = page(ordered, input, list);
  return { events: input.includeExecutionData ? items : items.map(withoutData), nextToken: next };
};

const listSchema = z.object({
  stateMachineArn: z.string().optional(),
  mapRunArn: z.string().optional(),
  statusFilter: z.enum(['SUCCEEDED', 'TIMED_OUT', 'PENDING_REDRIVE', 'ABORTED', 'FAILED', 'RUNNING']).optional(),
  redriveFilter: z.enum(['REDRIVEN', 'NOT_REDRIVEN']).optional(),
  ...{ maxResults, nextToken: nextTokenOfExecutions },
});

export const listExecutions: Operation = (account, params) => {
  const input = parameters(listSchema, params);
  const found = listed(account, input)
    .filter(({ status }) => input.statusFilter === undefined || status === input.statusFilter)
    .filter(({ redriveCount }) => !input.redriveFilter || (input.redriveFilter === 'REDRIVEN') === redriveCount > 0);
  const list = `executions ${input.stateMachineArn ?? input.mapRunArn} ${input.statusFilter} ${input.redriveFilter}`;
  const { items, nextToken: next } = page(found, input, list);
  return { executions: items.map(summary), nextToken: next };
};

function listed(
  { machines, executions, mapRuns }: Account,
  { stateMachineArn, mapRunArn }: { stateMachineArn?: string | undefined; mapRunArn?: string | undefined },
): Execution[] {
  if (mapRunArn !== undefined && stateMachineArn === undefined)
    return executions.ofMapRun(mapRuns.require(mapRunArn).arn);
  if (stateMachineArn === undefined || mapRunArn !== undefined) {
    throw new AwsError('ValidationException', 'Must specify exactly one of stateMachineArn and mapRunArn');
  }
  requireArn(stateMachineArn, 'stateMachine');
  const { machine } = machines.requireRevision(stateMachineArn);
  return executions
    .of(machine.arn)
    .filter(({ identity }) => machine.arn === stateMachineArn || identity.versionArn === stateMachineArn);
}

export const redriveExecution: Operation = async ({ executions }, params) => {
  const input = parameters(executionArn.extend({ clientToken: z.string().optional() }), params);
  requireArn(input.executionArn, 'execution');
  const execution = executions.require(input.executionArn);
  const { status, reason } = execution.redriveStatus();
  if (status !== 'REDRIVABLE') throw executionNotRedrivable(reason ?? 'Execution is not redrivable');
  await execution.redrive();
  return { redriveDate: seconds(execution.redrivenAt ?? execution.startedAt) };
};
