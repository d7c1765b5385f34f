import type { AwsRequest, AwsResponse } from '../../../lab/service.ts';
import type { Sent } from './endpoint.ts';
import { START, TOKEN } from './endpoint.ts';
import { addMembers, type Change, changeMember, emptied, hollow, isJson, membersOf, textNode } from './members.ts';

/** A fault is one way in which an answer is wrong. `call` counts the calls that had the fault in its cell, from 0. */
export interface Fault {
  name: string;
  apply(answer: AwsResponse, request: AwsRequest, call: number): Sent;
}

const HTML = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Welcome</h1></body></html>';

function errorBody({ service }: AwsRequest, answer: AwsResponse, code: string): string {
  if (isJson(answer)) return JSON.stringify({ __type: code, message: code });
  const error = `<Code>${code}</Code><Message>${code}</Message>`;
  if (service === 'ec2') return `<Response><Errors><Error>${error}</Error></Errors><RequestID>r</RequestID></Response>`;
  if (service === 's3') return `<Error>${error}</Error>`;
  return `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>r</RequestId></ErrorResponse>`;
}

/** Returns the error with this name in the form of each protocol. The answer to a HEAD has no body. */
const error =
  (status: number, nameOf: (service: string) => string): Fault['apply'] =>
  (answer, request) => {
    const code = nameOf(request.service);
    return {
      status,
      headers: { ...answer.headers, 'x-amzn-errortype': code },
      body: request.method === 'HEAD' ? '' : errorBody(request, answer, code),
    };
  };

const THROTTLED: Record<string, string> = {
  ec2: 'RequestLimitExceeded',
  s3: 'SlowDown',
  dynamodb: 'ProvisionedThroughputExceededException',
};
const DENIED: Record<string, string> = { ec2: 'UnauthorizedOperation', sns: 'AuthorizationError' };

const html =
  (status: number): Fault['apply'] =>
  (answer) => ({ ...answer, status, headers: { 'content-type': 'text/html' }, body: HTML });

const body =
  (change: (text: string) => string): Fault['apply'] =>
  (answer) => ({ ...answer, body: change(String(answer.body)) });

/** These members of a service report whether a list is truncated. */
const FLAGS: Record<string, { flag: string; token: string }> = {
  iam: { flag: 'IsTruncated', token: 'Marker' },
  kms: { flag: 'Truncated', token: 'NextMarker' },
  s3: { flag: 'IsTruncated', token: 'NextContinuationToken' },
};

/** Adds the token of a next page, in the spelling of the service. */
function withToken(answer: AwsResponse, { service }: AwsRequest, token: string): AwsResponse {
  const names: Record<string, Record<string, string>> = {
    elasticloadbalancing: { NextMarker: token },
    rds: { Marker: token },
    iam: { Marker: token, IsTruncated: 'true' },
    kms: { NextMarker: token, Truncated: 'true' },
    dynamodb: { LastEvaluatedTableName: token, NextToken: token },
    s3: { ContinuationToken: token, NextContinuationToken: token, IsTruncated: 'true' },
    tagging: { PaginationToken: token },
  };
  const own = names[service] ?? { NextToken: token, nextToken: token };
  const fresh = Object.keys(own).reduce((all, member) => without(all, member), answer);
  return addMembers(fresh, own);
}

const without = (answer: AwsResponse, member: string) =>
  changeMember(answer, member, { json: () => undefined, xml: () => undefined });

const hasToken = ({ params, url }: AwsRequest) =>
  [...Object.entries(params), ...url.searchParams].some(([key, value]) => TOKEN.test(key) && Boolean(value));

const repeating =
  (...tokens: string[]): Fault['apply'] =>
  (answer, request, call) =>
    request.method === 'HEAD' ? answer : withToken(emptied(answer), request, tokens[call % tokens.length] ?? '');

export const FAULTS: readonly Fault[] = [
  { name: '500', apply: error(500, () => 'InternalFailure') },
  { name: 'throttled', apply: error(400, (service) => THROTTLED[service] ?? 'ThrottlingException') },
  { name: 'denied', apply: error(403, (service) => DENIED[service] ?? 'AccessDeniedException') },
  { name: 'expired token', apply: error(403, () => 'ExpiredTokenException') },
  { name: 'reset', apply: (answer) => ({ cut: answer }) },
  { name: 'hang', apply: () => 'hang' },
  { name: 'truncated', apply: body((text) => text.slice(0, Math.floor(text.length / 2))) },
  { name: 'HTML with 200', apply: html(200) },
  { name: 'HTML with 404', apply: html(404) },
  {
    name: 'empty body',
    apply: ({ headers }) => ({ status: 200, headers: { 'content-type': headers['content-type'] ?? '' }, body: '' }),
  },
  {
    name: 'error document with 200',
    apply: (answer, request, call) => ok(error(400, () => 'InternalFailure')(answer, request, call)),
  },
  { name: 'empty page, then the rest', apply: emptyPageFirst },
  {
    name: 'empty page without its flag, then the rest',
    apply: emptyPageLacking(({ service }) => FLAGS[service]?.flag),
  },
  {
    name: 'empty page without its token, then the rest',
    apply: emptyPageLacking(({ service }) => FLAGS[service]?.token),
  },
  { name: 'tokens A, A', apply: repeating('A') },
  { name: 'tokens A, B, A, B', apply: repeating('A', 'B') },
];

const ok = (sent: Sent): Sent => (typeof sent === 'object' && 'status' in sent ? { ...sent, status: 200 } : sent);

function emptyPageFirst(answer: AwsResponse, request: AwsRequest): AwsResponse {
  if (request.method === 'HEAD' || hasToken(request)) return answer;
  return withToken(emptied(answer), request, START);
}

/**
 * Returns the first of two pages, which is empty and lacks a member. Where the service has no such member, the page is
 * complete.
 */
function emptyPageLacking(memberOf: (request: AwsRequest) => string | undefined): Fault['apply'] {
  return (answer, request) => {
    const sent = emptyPageFirst(answer, request);
    const member = memberOf(request);
    return sent === answer || !member ? sent : without(sent, member);
  };
}

/** These faults can occur in one member of an answer. */
const CHANGES: Record<string, Change> = {
  'is missing': { json: () => undefined, xml: () => undefined },
  'is a text': { json: () => 'text', xml: () => textNode('text') },
  'is an object': { json: () => ({ message: 'no' }), xml: () => [{ message: textNode('no') }] },
  'has empty items': { json: (value) => (Array.isArray(value) ? value.map(() => ({})) : {}), xml: hollow },
};

/** XML cannot express these faults. */
const JSON_CHANGES: Record<string, Change['json']> = {
  'is null': () => null,
  'is a number': () => 7,
  'has null items': (value) => (Array.isArray(value) ? value.map(() => null) : null),
};

/** Returns the faults of each member of an answer. */
export function memberFaults(answer: AwsResponse): Fault[] {
  if (!String(answer.body)) return [];
  const members = membersOf(answer);
  const json = Object.entries(JSON_CHANGES).map(([what, change]): [string, Change] => [
    what,
    { json: change, xml: () => undefined },
  ]);
  const changes = [...Object.entries(CHANGES), ...(isJson(answer) ? json : [])];
  return members.flatMap((member) =>
    changes.map(([what, change]) => ({
      name: `${member} ${what}`,
      apply: (one: AwsResponse) => (membersOf(one).includes(member) ? changeMember(one, member, change) : one),
    })),
  );
}
