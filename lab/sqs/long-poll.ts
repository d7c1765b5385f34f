import { setTimeout as delay } from 'node:timers/promises';
import type { LabContext } from '../context.ts';
import { forward } from '../gateway.ts';
import type { AwsRequest, AwsResponse, LabService } from '../service.ts';

/** Calls by which a message may have come into a queue, at once: of SQS, of SNS and of S3, which notifies. */
const SENDS = /^(?:SendMessage|ChangeMessageVisibility|Publish|StartMessageMoveTask)/;

/**
 * Amazon SQS: queues are the emulator's; waiting for a message is the lab's. The emulator goes on waiting for a caller
 * that has died, and gives it the next message, which then nobody sees until its visibility timeout is over.
 * @param betweenPollsMs for messages that come back by themselves: their visibility timeout is over, or their delay
 */
export function sqsService(context: LabContext, betweenPollsMs = 1_000): LabService {
  let wake = () => {};
  let sent = new Promise<void>((resolve) => {
    wake = resolve;
  });
  return {
    services: ['sqs', 'sns', 's3'],
    async after({ service, action = '', method }: AwsRequest, response: AwsResponse): Promise<AwsResponse> {
      if (service === 's3' ? method === 'GET' || method === 'HEAD' : !SENDS.test(action)) return response;
      wake();
      sent = new Promise<void>((resolve) => {
        wake = resolve;
      });
      return response;
    },
    async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
      const seconds = Number(request.params.WaitTimeSeconds ?? 0);
      if (request.action !== 'ReceiveMessage' || !isJson(request) || !(seconds > 0 && seconds <= 20)) return undefined;
      const deadline = Date.now() + seconds * 1_000;
      const once = { ...request, body: Buffer.from(JSON.stringify({ ...request.params, WaitTimeSeconds: 0 })) };
      for (;;) {
        const before = sent;
        const response = await forward(context.emulatorEndpoint, once);
        if (response.status !== 200 || hasMessages(response) || Date.now() >= deadline) return response;
        await Promise.race([before, delay(Math.min(betweenPollsMs, deadline - Date.now()))]);
        if (request.clientAborted.aborted) return response;
      }
    },
  };
}

function isJson({ headers }: AwsRequest): boolean {
  return headers['content-type']?.includes('json') ?? false;
}

function hasMessages({ body }: AwsResponse): boolean {
  const { Messages = [] } = JSON.parse(body.toString() || '{}') as { Messages?: unknown[] };
  return Messages.length > 0;
}
