import { XMLBuilder } from 'fast-xml-parser';
import type { AwsResponse } from '../service.ts';

const NAMESPACE = 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/';
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: false });

/** Returns the items of a list parameter of the query protocol: `Targets.member.1.Id=…` → `[{Id: …}]`. */
export function listParameter(params: Record<string, unknown>, name: string): Record<string, string>[] {
  const items = new Map<number, Record<string, string>>();
  for (const [key, value] of Object.entries(params)) {
    const match = new RegExp(`^${name}\\.member\\.(\\d+)(?:\\.(\\w+))?$`).exec(key);
    if (!match) continue;
    const index = Number(match[1]);
    items.set(index, { ...items.get(index), [match[2] ?? 'value']: String(value) });
  }
  return [...items].sort(([a], [b]) => a - b).map(([, item]) => item);
}

/** Returns an answer of the query protocol. A list is an object with `member`. */
export function xmlAnswer(action: string, result: Record<string, unknown> = {}): AwsResponse {
  const document = {
    [`${action}Response`]: {
      '@xmlns': NAMESPACE,
      [`${action}Result`]: result,
      ResponseMetadata: { RequestId: crypto.randomUUID() },
    },
  };
  return { status: 200, headers: { 'content-type': 'text/xml' }, body: builder.build(document) };
}

export function xmlError(code: string, message: string, status = 400): AwsResponse {
  const document = {
    ErrorResponse: {
      '@xmlns': NAMESPACE,
      Error: { Type: 'Sender', Code: code, Message: message },
      RequestId: crypto.randomUUID(),
    },
  };
  return { status, headers: { 'content-type': 'text/xml' }, body: builder.build(document) };
}
