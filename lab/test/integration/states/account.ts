import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { Trail } from '../../../cloudtrail/trail.ts';
import type { AwsEvent, LabContext, LabEvents } from '../../../context.ts';
import { CredentialVendor } from '../../../credentials.ts';
import { Dns } from '../../../dns.ts';
import { Gateway } from '../../../gateway.ts';
import { PermissionUsage } from '../../../iam/permission-usage.ts';
import { Processes } from '../../../processes.ts';
import type { LabService } from '../../../service.ts';
import { type Clock, systemClock } from '../../../states/clock.ts';
import { statesService } from '../../../states/states.ts';
import { executionEnd } from '../../support/execution-end.ts';
import { PATIENCE_MS } from '../../support/patience.ts';

/** For what happens soon, but not on a busy machine. */
export const PATIENT = { timeout: PATIENCE_MS, interval: 10 };
export const ROLE = 'arn:aws:iam::123456789012:role/machine';

/** Step Functions behind a gateway, with other services as the test provides them and no emulator. */
export async function startAccount(
  services: (context: LabContext) => LabService[] = () => [],
  clock: Clock = systemClock,
) {
  const directory = mkdtempSync(join(tmpdir(), 'states-test-'));
  const credentials = new CredentialVendor();
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const gateway = new Gateway({ emulatorEndpoint: 'http://127.0.0.1:1', credentials, log });
  const endpoint = await gateway.listen();
  const region = 'eu-west-1';
  const client = { endpoint, region, credentials: { accessKeyId: 'operator', secretAccessKey: 'lab' }, maxAttempts: 1 };
  const context: LabContext = {
    ...{ region, accountId: '123456789012', endpoint, emulatorEndpoint: 'http://127.0.0.1:1', directory },
    ...{ projectRoot: process.cwd(), processes: new Processes(), credentials, client, emulator: client, log },
    dns: new Dns(join(directory, 'hosts.json')),
    permissionUsage: new PermissionUsage(),
    trail: new Trail('123456789012'),
    events: new EventEmitter<LabEvents>(),
  };
  const events: AwsEvent[] = [];
  context.events.on('event', (event) => events.push(event));
  const states = statesService(context, clock);
  for (const service of [states, ...services(context)]) gateway.add(service);
  const sfn = new SFNClient(client);
  const stop = async () => {
    await states.stop?.();
    sfn.destroy();
    await gateway.close();
    rmSync(directory, { recursive: true, force: true });
  };
  return { context, events, lines, sfn, stop, ...commands(sfn, context) };
}

let count = 0;

function commands(sfn: SFNClient, context: LabContext) {
  const create = async (definition: object, name = `machine-${++count}`) => {
    const text = JSON.stringify({ QueryLanguage: 'JSONata', ...definition });
    const created = await sfn.send(new CreateStateMachineCommand({ name, roleArn: ROLE, definition: text }));
    return created.stateMachineArn ?? '';
  };
  const start = async (stateMachineArn: string, input: unknown = {}, name?: string) => {
    const request = { stateMachineArn, input: JSON.stringify(input), name };
    return (await sfn.send(new StartExecutionCommand(request))).executionArn ?? '';
  };
  const describe = (executionArn: string) => sfn.send(new DescribeExecutionCommand({ executionArn }));
  const ended = async (executionArn: string) => {
    const running = async () => (await describe(executionArn)).status === 'RUNNING';
    await executionEnd(context, executionArn, running);
    return describe(executionArn);
  };
  const history = async (executionArn: string) =>
    (await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))).events ?? [];
  const run = async (definition: object, input: unknown = {}) => ended(await start(await create(definition), input));
  return { create, start, describe, ended, history, run };
}

/** Returns a service that answers by a function of the request; it is for the operations that a test needs. */
export function fakeService(name: string, handle: LabService['handle']): LabService {
  return { services: [name], handle };
}

/** Returns a machine of one task. */
export const task = (Resource: string, Arguments: object, more: object = {}) => ({
  StartAt: 'T',
  States: { T: { Type: 'Task', Resource: resource(Resource), Arguments, End: true, ...more } },
});
const resource = (name: string) => (name.startsWith('arn:') ? name : `arn:aws:states:::${name}`);
/** Returns the output of an execution. */
export const output = ({ output: text }: { output?: string | undefined }) => JSON.parse(text ?? 'null');
