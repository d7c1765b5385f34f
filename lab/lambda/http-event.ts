import type { IncomingMessage } from 'node:http';
import * as z from 'zod';

/** What a function that is invoked by a URL takes and gives: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads */

const TEXT = /^(text\/|application\/(json|javascript|xml)|application\/x-www-form-urlencoded)/;

/** Payload format 2.0. */
export async function httpEvent(
  incoming: IncomingMessage,
  host: string,
  { accountId }: { accountId: string },
): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(incoming.url ?? '/', `https://${host}`);
  const { cookie, ...rest } = incoming.headers;
  const headers = Object.fromEntries(
    Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat().join(',')]])),
  );
  const isText = TEXT.test(headers['content-type'] ?? '');
  const query = new Map<string, string[]>();
  for (const [name, value] of url.searchParams) query.set(name, [...(query.get(name) ?? []), value]);
  const now = new Date();
  const [id = ''] = host.split('.');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    ...(cookie ? { cookies: cookie.split('; ') } : {}),
    headers,
    ...(query.size > 0
      ? { queryStringParameters: Object.fromEntries([...query].map(([name, values]) => [name, values.join(',')])) }
      : {}),
    requestContext: {
      accountId,
      apiId: id,
      domainName: host,
      domainPrefix: id,
      http: {
        method: incoming.method,
        path: url.pathname,
        protocol: `HTTP/${incoming.httpVersion}`,
        sourceIp: '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: crypto.randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 ? { body: body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

const structured = z.object({
  statusCode: z.number().int().min(100).max(599),
  headers: z.record(z.string(), z.coerce.string()).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

/** @param payload JSON text that the function returned; without a `statusCode`, it is the body of a 200 */
export function httpResponse(payload: string): {
  statusCode: number;
  headers: Record<string, string | string[]>;
  body: Buffer | string;
} {
  const { success, data } = structured.safeParse(JSON.parse(payload));
  if (!success) return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: payload };
  const { statusCode, headers, cookies, body, isBase64Encoded } = data;
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    statusCode,
    headers: {
      'content-type': 'application/json',
      ...lower,
      ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}),
    },
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
  };
}
