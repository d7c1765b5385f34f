import { setTimeout as delay } from 'node:timers/promises';
import type { LabContext } from '../context.ts';
import { forward } from '../gateway.ts';
import type { AwsRequest, AwsResponse, LabService } from '../service.ts';

const BETWEEN_POLLS_MS = 200;

/**
 * For Amazon SQS, queues are the emulator's, and the wait for a message is the lab's. The emulator keeps waiting for a
 * caller that has died, and gives it the next message, which then stays invisible until its visibility timeout is over.
 */
export function sqsService(context: LabContext): LabService {
  return {
    services: ['sqs'],
    async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
      const seconds = Number(request.params.WaitTimeSeconds ?? 0);
      if (request.action !== 'ReceiveMessage' || !isJson(request) || !(seconds > 0 && seconds <= 20)) return undefined;
      const deadline = Date.now() + seconds * 1_000;
      const once = { ...request, body: Buffer.from(JSON.stringify({ ...request.params, WaitTimeSeconds: 0 })) };
      for (;;) {
        const response = await forward(context.emulatorEndpoint, once);
        if (response.status !== 200 || hasMessages(response) || Date.now() >= deadline) return response;
        await delay(BETWEEN_POLLS_MS);
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
