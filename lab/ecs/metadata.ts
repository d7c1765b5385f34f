import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LabTask } from './task.ts';

/**
 * The endpoint is the task metadata endpoint, version 4: `/v4/<task id>-<container>` and `/v4/<task
 * id>-<container>/task`.
 */
export class MetadataEndpoint {
  readonly #server: Server;

  constructor(tasks: () => readonly LabTask[]) {
    this.#server = createServer((request, response) => {
      const [, id = '', container = '', what = ''] =
        /^\/v4\/([0-9a-f]{32})-([^/]+)(\/task)?$/.exec(request.url ?? '') ?? [];
      const task = tasks().find((one) => one.id === id);
      const body = task && (what ? describeTask(task) : describeContainer(task, container));
      response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body ?? {}));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v4`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function describeTask(task: LabTask): Record<string, unknown> {
  const { record } = task;
  return {
    Cluster: record.clusterArn,
    TaskARN: record.taskArn,
    Family: task.family,
    Revision: String(task.taskDefinition.revision),
    ServiceName: task.serviceName,
    DesiredStatus: record.desiredStatus,
    KnownStatus: record.lastStatus,
    LaunchType: record.launchType,
    AvailabilityZone: record.availabilityZone,
    PullStartedAt: record.pullStartedAt,
    PullStoppedAt: record.pullStoppedAt,
    Containers: task.containers.map((container) => describeContainer(task, container.definition.name ?? '')),
  };
}

function describeContainer(task: LabTask, name: string): Record<string, unknown> | undefined {
  const record = task.containers.find(({ definition }) => definition.name === name)?.record;
  if (!record) return undefined;
  return {
    DockerId: record.runtimeId,
    Name: name,
    Image: record.image,
    ImageID: record.imageDigest,
    KnownStatus: record.lastStatus,
    ContainerARN: record.containerArn,
    Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [task.privateIPv4Address] }],
  };
}
