import type { LabContext } from '../context.ts';
import { AwsError, type AwsRequest, type AwsResponse, json, type LabService } from '../service.ts';
import type { Account, Operation } from './api/account.ts';
import * as executionsApi from './api/executions.ts';
import * as machinesApi from './api/machines.ts';
import * as mapRunsApi from './api/map-runs.ts';
import * as tagsApi from './api/tags.ts';
import * as tasksApi from './api/tasks.ts';
import * as versionsApi from './api/versions.ts';
import { Arns } from './arns.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Execution, ExecutionHost } from './execution.ts';
import { ExecutionLogs } from './execution-logs.ts';
import { Executions, type HostFor } from './executions.ts';
import { AwsClients } from './integrations/aws-clients.ts';
import { itemReader } from './integrations/item-reader.ts';
import { taskRunner } from './integrations/task-runner.ts';
import { StateMachines } from './machines.ts';
import { MapRuns } from './map-runs.ts';
import { statusChangeEvent } from './status-event.ts';
import { TaskTokens } from './tokens.ts';

/** The keys of the API's operations are actions. */
const OPERATIONS: Record<string, Operation> = {
  CreateStateMachine: machinesApi.createStateMachine,
  UpdateStateMachine: machinesApi.updateStateMachine,
  DeleteStateMachine: machinesApi.deleteStateMachine,
  DescribeStateMachine: machinesApi.describeStateMachine,
  ListStateMachines: machinesApi.listStateMachines,
  ValidateStateMachineDefinition: machinesApi.validateStateMachineDefinition,
  PublishStateMachineVersion: versionsApi.publishStateMachineVersion,
  ListStateMachineVersions: versionsApi.listStateMachineVersions,
  ListStateMachineAliases: versionsApi.listStateMachineAliases,
  StartExecution: executionsApi.startExecution,
  StopExecution: executionsApi.stopExecution,
  DescribeExecution: executionsApi.describeExecution,
  DescribeStateMachineForExecution: executionsApi.describeStateMachineForExecution,
  GetExecutionHistory: executionsApi.getExecutionHistory,
  ListExecutions: executionsApi.listExecutions,
  RedriveExecution: executionsApi.redriveExecution,
  ListMapRuns: mapRunsApi.listMapRuns,
  DescribeMapRun: mapRunsApi.describeMapRun,
  SendTaskSuccess: tasksApi.sendTaskSuccess,
  SendTaskFailure: tasksApi.sendTaskFailure,
  SendTaskHeartbeat: tasksApi.sendTaskHeartbeat,
  TagResource: tagsApi.tagResource,
  UntagResource: tagsApi.untagResource,
  ListTagsForResource: tagsApi.listTagsForResource,
};

/** AWS Step Functions. Nothing of it is left to the emulator. */
export function statesService(context: LabContext, clock: Clock = systemClock): LabService {
  return new States(context, clock);
}

class States implements LabService {
  readonly services = ['states'];
  readonly #context: LabContext;
  readonly #clock: Clock;
  readonly #account: Account;
  readonly #logs: ExecutionLogs;
  readonly #clients = new Map<string, AwsClients>();
  readonly #background = new Set<Promise<unknown>>();

  constructor(context: LabContext, clock: Clock) {
    this.#context = context;
    this.#clock = clock;
    this.#logs = new ExecutionLogs(context);
    const arns = new Arns(context.region, context.accountId);
    const executions = new Executions(arns, this.#hostFor);
    const tokens = new TaskTokens(clock);
    const machines = new StateMachines(clock);
    const logGroupExists = (name: string) => this.#logs.groupExists(name);
    this.#account = { arns, executions, tokens, machines, mapRuns: new MapRuns(arns, executions), logGroupExists };
  }

  async handle(request: AwsRequest): Promise<AwsResponse> {
    const operation = OPERATIONS[request.action ?? ''];
    if (!operation) throw new AwsError('UnknownOperationException', `Step Functions has no ${request.action} here`);
    return json(await operation(this.#account, request.params), 200, '1.0');
  }

  /** Ends every execution, and sends the stop requests for what it has started elsewhere. */
  async stop(): Promise<void> {
    await this.#account.executions.shutdown();
    while (this.#background.size > 0) await Promise.allSettled([...this.#background]);
    await this.#logs.stop();
    for (const clients of this.#clients.values()) await clients.destroy();
  }

  readonly #hostFor: HostFor = (arn, machine, revision): ExecutionHost => {
    const aws = this.#clientsOf(revision.roleArn);
    const { tokens } = this.#account;
    const { region, events } = this.#context;
    const surroundings = { tokens, events, inBackground: (work: Promise<unknown>) => this.#inBackground(work) };
    return {
      clock: this.#clock,
      region,
      random: Math.random,
      performTask: taskRunner(aws, arn, surroundings),
      readItems: itemReader(aws),
      newTaskToken: () => tokens.issue(),
      startMapRun: (execution, settings) =>
        this.#account.mapRuns.start(execution, settings, (childArn) => this.#hostFor(childArn, machine, revision)),
      statusChanged: (execution) => this.#statusChanged(execution),
      recorded: (execution, event) => this.#logs.record(execution, event),
      log: (message) => this.#context.log(message),
    };
  };

  #clientsOf(roleArn: string): AwsClients {
    const known = this.#clients.get(roleArn);
    if (known) return known;
    const { endpoint, region, credentials } = this.#context;
    const clients = new AwsClients({ endpoint, region, credentials: credentials.issue(roleArn) });
    this.#clients.set(roleArn, clients);
    return clients;
  }

  #statusChanged(execution: Execution): void {
    const { machines, executions } = this.#account;
    const { machineArn } = execution.identity;
    const deleting = machines.find(machineArn)?.status === 'DELETING';
    if (deleting && !executions.running(machineArn)) machines.remove(machineArn);
    this.#context.events.emit('event', statusChangeEvent(execution));
  }

  #inBackground(work: Promise<unknown>): void {
    const tracked = work
      .catch((error: Error) => this.#context.log(`states: ${error.message}`))
      .finally(() => this.#background.delete(tracked));
    this.#background.add(tracked);
  }
}
