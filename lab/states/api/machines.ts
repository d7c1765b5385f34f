import * as z from 'zod';
import { requireArn } from '../arns.ts';
import { validateDefinition } from '../definition/validate.ts';
import type { StateMachine } from '../machines.ts';
import type { Operation } from './account.ts';
import { missingRequiredParameter } from './errors.ts';
import { maxResults, nextToken, page, parameters, requireName, tags } from './parameters.ts';

const logging = z.object({
  level: z.enum(['ALL', 'ERROR', 'FATAL', 'OFF']).optional(),
  includeExecutionData: z.boolean().optional(),
  destinations: z
    .array(z.object({ cloudWatchLogsLogGroup: z.object({ logGroupArn: z.string().optional() }).optional() }))
    .optional(),
});
const tracing = z.object({ enabled: z.boolean().optional() });
const behaviour = { loggingConfiguration: logging.optional(), tracingConfiguration: tracing.optional() };
const versioning = { publish: z.boolean().default(false), versionDescription: z.string().optional() };
const definition = z.string().min(1).max(1_048_576);
const machineArn = z.object({ stateMachineArn: z.string() });

const createSchema = z.object({
  ...{ name: z.string(), definition, roleArn: z.string().min(1), tags: tags.default([]) },
  type: z.enum(['STANDARD', 'EXPRESS']).default('STANDARD'),
  ...behaviour,
  ...versioning,
});

export const createStateMachine: Operation = ({ arns, machines }, params) => {
  const input = parameters(createSchema, params);
  const name = requireName(input.name);
  const arn = arns.stateMachine(name);
  const { loggingConfiguration, tracingConfiguration, ...rest } = input;
  const specification = { ...rest, logging: loggingConfiguration, tracing: tracingConfiguration };
  const machine = machines.create(arn, name, input.type, specification);
  for (const { key, value } of input.tags) machine.tags.set(key, value);
  const version = input.publish ? machines.publish(arn, input.versionDescription) : undefined;
  return {
    stateMachineArn: arn,
    creationDate: machine.createdAt,
    ...(version && { stateMachineVersionArn: `${arn}:${version.number}` }),
  };
};

const updateSchema = machineArn.extend({
  ...{ definition: definition.optional(), roleArn: z.string().min(1).optional() },
  ...behaviour,
  ...versioning,
});

export const updateStateMachine: Operation = ({ machines }, params) => {
  const input = parameters(updateSchema, params);
  requireArn(input.stateMachineArn, 'stateMachine');
  const { definition: changed, roleArn, loggingConfiguration, tracingConfiguration } = input;
  if (!(changed ?? roleArn ?? loggingConfiguration ?? tracingConfiguration)) {
    throw missingRequiredParameter(
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    );
  }
  const changes = {
    ...(changed ? { definition: changed } : {}),
    ...(roleArn ? { roleArn } : {}),
    ...(loggingConfiguration ? { logging: loggingConfiguration } : {}),
    ...(tracingConfiguration ? { tracing: tracingConfiguration } : {}),
  };
  const { current, arn } = machines.update(input.stateMachineArn, changes);
  const version = input.publish ? machines.publish(arn, input.versionDescription) : undefined;
  return {
    updateDate: current.updatedAt,
    revisionId: current.revisionId,
    ...(version && { stateMachineVersionArn: `${arn}:${version.number}` }),
  };
};

/** A machine whose executions still run is gone when the last of them has ended. Deleting nothing succeeds. */
export const deleteStateMachine: Operation = ({ machines, executions }, params) => {
  const { stateMachineArn } = parameters(machineArn, params);
  requireArn(stateMachineArn, 'stateMachine');
  const machine = machines.find(stateMachineArn);
  if (!machine) return {};
  if (executions.running(stateMachineArn)) machine.status = 'DELETING';
  else machines.remove(stateMachineArn);
  return {};
};

export const describeStateMachine: Operation = ({ machines }, params) => {
  const { stateMachineArn } = parameters(machineArn, params);
  requireArn(stateMachineArn, 'stateMachine');
  const { machine, revision, version } = machines.requireRevision(stateMachineArn);
  return {
    stateMachineArn,
    name: machine.name,
    status: machine.status,
    definition: revision.definition,
    roleArn: revision.roleArn,
    type: machine.type,
    creationDate: version?.createdAt ?? machine.createdAt,
    loggingConfiguration: revision.logging,
    tracingConfiguration: revision.tracing,
    ...(revision.revisionId && { revisionId: revision.revisionId }),
    ...(version?.description && { description: version.description }),
  };
};

const listItem = (machine: StateMachine) => ({
  ...{ stateMachineArn: machine.arn, name: machine.name, type: machine.type, creationDate: machine.createdAt },
});

export const listStateMachines: Operation = ({ machines }, params) => {
  const input = parameters(z.object({ maxResults, nextToken }), params);
  const { items, nextToken: next } = page(machines.list(), input, 'machines');
  return { stateMachines: items.map(listItem), nextToken: next };
};

const validateSchema = z.object({
  definition: z.string().max(1_048_576),
  type: z.enum(['STANDARD', 'EXPRESS']).default('STANDARD'),
  severity: z.enum(['ERROR', 'WARNING']).default('ERROR'),
  maxResults: z.number().int().min(0).max(100).default(0),
});

export const validateStateMachineDefinition: Operation = (_account, params) => {
  const input = parameters(validateSchema, params);
  const { diagnostics } = validateDefinition(input.definition);
  const shown = diagnostics.filter(({ severity }) => input.severity === 'WARNING' || severity === 'ERROR');
  const most = input.maxResults || 100;
  return {
    result: diagnostics.some(({ severity }) => severity === 'ERROR') ? 'FAIL' : 'OK',
    diagnostics: shown.slice(0, most),
    truncated: shown.length > most,
  };
};
