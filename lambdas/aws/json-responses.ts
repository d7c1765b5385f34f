import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';

interface Response {
  statusCode: number;
  body: AsyncIterable<Uint8Array>;
}

/**
 * Refuses responses that are not JSON objects. SQS omits an empty list, so a response without a body and an error
 * document look like an account without queues. Lambda omits a concurrency that is not reserved. The client refuses
 * them here, because the SDK's result no longer shows the difference.
 * @throws {UnexpectedResponseError} from each call whose response is 200 without a JSON object, or with an error
 * document
 */
export function requireJsonAnswers<C extends SQSClient | LambdaClient>(client: C): C {
  (client as SQSClient).middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as Response;
      if (response.statusCode !== 200) return result;
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      requireAnswer(body.toString('utf8'));
      return { ...result, response: Object.assign(response, { body }) };
    },
    { step: 'deserialize', priority: 'low', name: 'requireJsonAnswers' },
  );
  return client;
}

function requireAnswer(text: string): void {
  const refuse = () =>
    new UnexpectedResponseError(`the service answers 200 with no answer: ${JSON.stringify(text.slice(0, 100))}`);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw refuse();
  }
  if (typeof answer !== 'object' || answer === null || '__type' in answer) throw refuse();
}
