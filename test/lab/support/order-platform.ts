import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, vi } from 'vitest';
import type { LabContext } from '../../../lab/context.ts';
import { freePort } from '../../../lab/free-port.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { networkEnvironment } from '../../../lab/network/environment.ts';
import { type Rds, rdsService } from '../../../lab/rds/rds.ts';
import { PATIENCE_MS } from '../../../lab/test/support/patience.ts';
import { OrderDatabase } from './order-database.ts';
import { bundle, type ServiceProcess, startService } from './service-process.ts';

const BACKLOG = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

type Bundles = Record<'api' | 'worker' | 'migrate', string>;

/** The class has the order platform's services in a lab, started and stopped by hand. */
export class OrderPlatform {
  readonly database: OrderDatabase;
  readonly #lab: Lab;
  readonly #sqs: SQSClient;
  readonly #bundles: Bundles;
  readonly #running: ServiceProcess[] = [];
  #queueUrl = '';

  static async start(): Promise<OrderPlatform> {
    const services: Rds[] = [];
    const factory = (context: LabContext) => {
      const rds = rdsService(context);
      services.push(rds);
      return rds;
    };
    const lab = await startLab({ services: [factory] });
    try {
      const { context } = lab;
      const [rds] = services;
      if (!rds) throw new Error('the lab has no RDS');
      const database = await OrderDatabase.create(context, rds);
      const [api, worker, migrate] = [
        await bundle(context, 'api'),
        await bundle(context, 'worker'),
        await bundle(context, 'migrate'),
      ];
      const bundles = { api, worker, migrate };
      return new OrderPlatform(lab, database, bundles);
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  private constructor(lab: Lab, database: OrderDatabase, bundles: Bundles) {
    this.#lab = lab;
    this.database = database;
    this.#bundles = bundles;
    this.#sqs = new SQSClient(lab.context.client);
  }

  /**
   * The emulator continues with the poll of a worker that has ended, which would take the next message: each worker has
   * a queue of its own.
   */
  async newQueue(name: string): Promise<void> {
    this.#queueUrl = (await this.#sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? '';
  }

  /** Ends the services that are still running, and brings the database back. */
  async reset(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((service) => service.end()));
    await this.database.start();
  }

  stop(): Promise<void> {
    return this.#lab.stop();
  }

  async worker(environment: Record<string, string> = {}): Promise<ServiceProcess> {
    const HEALTH_PORT = String(await freePort());
    const quick = { VISIBILITY_TIMEOUT_SECONDS: '4', RETRY_BACKOFF_SECONDS: '1', HEALTH_PORT };
    await this.#migrated('worker');
    return this.#start('worker', { ...(await this.database.runtime('worker')), ...quick, ...environment });
  }

  async api(environment: Record<string, string> = {}): Promise<Api> {
    const port = await freePort();
    const network = networkEnvironment(this.#lab.context, { 8080: port });
    await this.#migrated('api');
    const process = this.#start('api', { ...(await this.database.runtime('api')), ...network, ...environment });
    await process.line(/^Server listening at/);
    return new Api(process, port);
  }

  /** @returns the ARN of a new secret with that text */
  async secret(SecretString: string): Promise<string> {
    const client = new SecretsManagerClient(this.#lab.context.client);
    const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: `token-${Date.now()}`, SecretString }));
    return ARN;
  }

  async send(body: string, correlationId = 'by-hand'): Promise<void> {
    await this.#sqs.send(
      new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: body,
        MessageAttributes: { correlationId: { DataType: 'String', StringValue: correlationId } },
      }),
    );
  }

  /** Returns the number of messages of the queue, visible or not. */
  async messages(): Promise<number> {
    const { Attributes = {} } = await this.#sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: this.#queueUrl, AttributeNames: [...BACKLOG] }),
    );
    return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
  }

  queueIsEmpty(): Promise<void> {
    return vi.waitFor(async () => expect(await this.messages()).toBe(0), { timeout: PATIENCE_MS });
  }

  /** Starts the container that runs before the one of a service. */
  async migration(service: 'api' | 'worker', environment: Record<string, string> = {}): Promise<ServiceProcess> {
    return this.#start('migrate', { ...(await this.database.migration(service)), ...environment });
  }

  async #migrated(service: 'api' | 'worker'): Promise<void> {
    if (await (await this.migration(service)).exited()) throw new Error(`the migration for the ${service} failed`);
  }

  #start(service: keyof Bundles, environment: Record<string, string>): ServiceProcess {
    const { context, environment: aws } = this.#lab;
    const common = { ...aws, ...networkEnvironment(context), QUEUE_URL: this.#queueUrl };
    const process = startService(context, this.#bundles[service], { ...common, ...environment });
    this.#running.push(process);
    return process;
  }
}

/** The class is a running API and its HTTP interface. */
export class Api {
  readonly process: ServiceProcess;
  readonly port: number;
  readonly #base: string;

  constructor(process: ServiceProcess, port: number) {
    this.process = process;
    this.port = port;
    this.#base = `http://127.0.0.1:${port}`;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.#base}${path}`, { headers });
  }

  post(amount: number, headers: Record<string, string> = {}): Promise<Response> {
    const body = JSON.stringify({ customerId: 'test', amount });
    return fetch(`${this.#base}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  }

  /** @returns the new order's id */
  async place(amount: number): Promise<string> {
    return ((await (await this.post(amount)).json()) as { orderId: string }).orderId;
  }

  async order(id: string): Promise<Record<string, unknown>> {
    return (await this.get(`/orders/${id}`)).json() as Promise<Record<string, unknown>>;
  }

  reaches(id: string, status: string): Promise<void> {
    const options = { timeout: PATIENCE_MS, interval: 50 };
    return vi.waitFor(async () => expect(await this.order(id)).toMatchObject({ status }), options);
  }
}
