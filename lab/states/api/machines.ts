import * as z from 'zod';
import { requireArn } from '../arns.ts';
import { parseDefinition, validateDefinition } from '../definition/validate.ts';
import { variables } from '../definition/variable-references.ts';
import type { StateMachine } from '../machines.ts';
import type { Operation } from './account.ts';
import { missingRequiredParameter, typeNotSupported, validation } from './errors.ts';
import { requireDestination } from './logging.ts';
import { maxResults, nextToken, page, parameters, requireName, tags } from './parameters.ts';

const logging = z.object({
  level: z.enum(['ALL', 'ERROR', 'FATAL', 'OFF']).optional(),
  includeExecutionData: z.boolean().optional(),
  destinations: z
    .array(z.object({ cloudWatchLogsLogGroup: z.object({ logGroupArn: z.string().optional() }).optional() }))
    .optional(),
});
const tracing = z.object({ enabled: z.boolean().optional() });
const encryption = z.object({
  type: z.enum(['AWS_OWNED_KEY', 'CUSTOMER_MANAGED_KMS_KEY']),
  kmsKeyId: z.string().optional(),
  kmsDataKeyReusePeriodSeconds: z.number().optional(),
});
const behaviour = {
  loggingConfiguration: logging.optional(),
  tracingConfiguration: tracing.optional(),
  encryptionConfiguration: encryption.optional(),
};
const versioning = { publish: z.boolean().default(false), versionDescription: z.string().optional() };
const definition = z.string().min(1).max(1_048_576);
const machineArn = z.object({ stateMachineArn: z.string() });

const createSchema = z.object({
  ...{ name: z.string(), definition, roleArn: z.string().min(1), tags: tags.default([]) },
  type: z.enum(['STANDARD', 'EXPRESS']).default('STANDARD'),
  ...behaviour,
  ...versioning,
});

export const createStateMachine: Operation = async ({ arns, machines, logGroupExists }, params) => {
  const input = parameters(createSchema, params);
  const name = requireName(input.name);
  requireNoLoneDescription(input);
  const arn = arns.stateMachine(name);
  parseDefinition(input.definition, input.type);
  if (input.type === 'EXPRESS') throw typeNotSupported('State machines of type EXPRESS are not available here');
  const { loggingConfiguration, tracingConfiguration, encryptionConfiguration, ...rest } = input;
  await requireDestination(loggingConfiguration ?? {}, logGroupExists);
  const settings = { tracing: tracingConfiguration, encryption: encryptionConfiguration };
  const machine = machines.create(arn, name, input.type, { ...rest, logging: loggingConfiguration, ...settings });
  for (const { key, value } of input.tags) machine.tags.set(key, value);
  const version = input.publish ? machines.publish(arn, input.versionDescription) : undefined;
  return {
    stateMachineArn: arn,
    creationDate: machine.createdAt,
    ...(version && { stateMachineVersionArn: `${arn}:${version.number}` }),
  };
};

/** @throws AwsError ValidationException */
function requireNoLoneDescription({ publish, versionDescription }: { publish: boolean; versionDescription?: unknown }) {
  if (!publish && versionDescription) throw validation('Version description can only be set when publish is true');
}

const updateSchema = machineArn.extend({
  ...{ definition: definition.optional(), roleArn: z.string().min(1).optional() },
  ...behaviour,
  ...versioning,
});

export const updateStateMachine: Operation = async ({ machines, logGroupExists }, params) => {
  const input = parameters(updateSchema, params);
  requireArn(input.stateMachineArn, 'stateMachine');
  const { definition: changed, roleArn, loggingConfiguration, tracingConfiguration, encryptionConfiguration } = input;
  requireNoLoneDescription(input);
  if (!(changed ?? roleArn ?? loggingConfiguration ?? tracingConfiguration ?? encryptionConfiguration)) {
    throw missingRequiredParameter(
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    );
  }
  const changes = {
    ...(changed ? { definition: changed } : {}),
    ...(roleArn ? { roleArn } : {}),
    ...(loggingConfiguration ? { logging: loggingConfiguration } : {}),
    ...(tracingConfiguration ? { tracing: tracingConfiguration } : {}),
    ...(encryptionConfiguration ? { encryption: encryptionConfiguration } : {}),
  };
  if (loggingConfiguration) await requireDestination(loggingConfiguration, logGroupExists);
  const { current, arn } = machines.update(input.stateMachineArn, changes);
  const version = input.publish ? machines.publish(arn, input.versionDescription) : undefined;
  return {
    updateDate: current.updatedAt,
    revisionId: current.revisionId,
    ...(version && { stateMachineVersionArn: `${arn}:${version.number}` }),
  };
};

/**
 * A machine whose executions still run is deleted when the last of them has ended. The deletion of a machine that does
 * not exist succeeds.
 */
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
    encryptionConfiguration: revision.encryption,
    ...variables(revision),
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
  const { diagnostics } = validateDefinition(input.definition, input.type);
  const shown = diagnostics.filter(({ severity }) => input.severity === 'WARNING' || severity === 'ERROR');
  const most = input.maxResults || 100;
  return {
    result: diagnostics.some(({ severity }) => severity === 'ERROR') ? 'FAIL' : 'OK',
    diagnostics: shown.slice(0, most),
    truncated: shown.length > most,
  };
};
