import { describe, expect, test } from 'vitest';
import { type DestinationError, destinationRequest, requireTaken } from '../../eventbridge/destination-request.ts';
import { REFUSALS } from '../../eventbridge/destination-rules.ts';

const connection = {
  Name: 'c',
  AuthorizationType: 'API_KEY',
  AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'x-key', ApiKeyValue: 'v' } },
};
const destination = {
  Name: 'd',
  ConnectionArn: 'arn:aws:events:eu-west-1:123456789012:connection/c/1',
  HttpMethod: 'POST',
  InvocationEndpoint: 'https://hooks.example.com/a/b?c=d',
};
const arn = 'arn:aws:events:eu-west-1:123456789012:api-destination/d/1';
const queue = 'arn:aws:sqs:eu-west-1:123456789012:q';

describe('what EventBridge takes', () => {
  test.each<[string, object]>([
    ['CreateConnection', connection],
    ['UpdateConnection', { Name: 'c', Description: 'other' }],
    ['CreateApiDestination', destination],
    ['CreateApiDestination', { ...destination, InvocationEndpoint: 'https://hooks.example.com/*/b' }],
    ['UpdateApiDestination', { Name: 'd' }],
    ['PutTargets', { Targets: [{ Id: 't', Arn: arn, RoleArn: 'arn:aws:iam::123456789012:role/r' }] }],
    ['PutTargets', { Targets: [{ Id: 't', Arn: queue }] }],
  ])('%s %j', (operation, given) => {
    expect(() => REFUSALS[operation]?.(given as Record<string, unknown>)).not.toThrow();
  });
});

describe('what EventBridge refuses', () => {
  test.each<[string, object, string]>([
    ['CreateConnection', { ...connection, Name: 'a b' }, 'Name'],
    ['CreateConnection', { ...connection, Name: 'a'.repeat(65) }, 'Name'],
    ['CreateConnection', { ...connection, AuthorizationType: 'NONE' }, 'AuthorizationType'],
    ['CreateConnection', { ...connection, AuthorizationType: undefined }, 'AuthorizationType'],
    ['CreateConnection', { ...connection, AuthorizationType: 'BASIC' }, 'BasicAuthParameters.Username'],
    ['CreateConnection', { ...connection, AuthParameters: undefined }, 'ApiKeyAuthParameters.ApiKeyName'],
    ['CreateApiDestination', { ...destination, ConnectionArn: undefined }, 'ConnectionArn'],
    ['CreateApiDestination', { ...destination, HttpMethod: undefined }, 'HttpMethod'],
    ['CreateApiDestination', { ...destination, HttpMethod: 'TRACE' }, 'HttpMethod'],
    ['CreateApiDestination', { ...destination, HttpMethod: 'CONNECT' }, 'HttpMethod'],
    ['CreateApiDestination', { ...destination, InvocationEndpoint: undefined }, 'InvocationEndpoint'],
    ['CreateApiDestination', { ...destination, InvocationEndpoint: 'http://hooks.example.com/' }, 'an HTTPS endpoint'],
    ['CreateApiDestination', { ...destination, InvocationEndpoint: 'hooks.example.com' }, 'an HTTPS endpoint'],
    ['CreateApiDestination', { ...destination, InvocationEndpoint: 'https://h.example/ä' }, 'InvocationEndpoint'],
    ['CreateApiDestination', { ...destination, InvocationEndpoint: '{{resolve:x}}' }, 'InvocationEndpoint'],
    ['CreateApiDestination', { ...destination, InvocationEndpoint: `https://h/${'a'.repeat(2_048)}` }, '2048'],
    ['CreateApiDestination', { ...destination, InvocationRateLimitPerSecond: 0 }, 'InvocationRateLimitPerSecond'],
    ['UpdateApiDestination', { Name: 'd', InvocationEndpoint: 'http://h.example/' }, 'an HTTPS endpoint'],
    ['PutTargets', { Targets: [{ Id: 't', Arn: arn }] }, 'RoleArn is required for target'],
  ])('%s %j: %s', (operation, given, reason) => {
    expect(() => REFUSALS[operation]?.(given as Record<string, unknown>)).toThrow(reason);
  });
});

describe('a request to an endpoint', () => {
  test('has the payload, the key of the connection and the headers of EventBridge', () => {
    expect(destinationRequest(destination, connection, '{"text":"hello"}')).toEqual({
      method: 'POST',
      url: new URL('https://hooks.example.com/a/b?c=d'),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-key': 'v',
        'user-agent': 'Amazon/EventBridge/ApiDestinations',
        range: 'bytes=0-1048575',
        'accept-encoding': 'gzip,deflate',
        connection: 'close',
      },
      body: '{"text":"hello"}',
    });
  });

  test('has the parameters of the target, which those of the connection replace', () => {
    const { AuthParameters } = connection;
    const more = {
      HeaderParameters: [{ Key: 'X-One', Value: 'connection' }],
      QueryStringParameters: [{ Key: 'q', Value: 'connection' }],
      BodyParameters: [{ Key: 'token', Value: 'secret' }],
    };
    const request = destinationRequest(
      { ...destination, InvocationEndpoint: 'https://hooks.example.com/*/x/*' },
      { ...connection, AuthParameters: { ...AuthParameters, InvocationHttpParameters: more } },
      '{"text":"hello"}',
      {
        PathParameterValues: ['a/b', 'c'],
        HeaderParameters: { 'x-one': 'target', 'Content-Type': 'text/plain' },
        QueryStringParameters: { q: 'target', r: 'target' },
      },
    );
    expect(request.url.href).toBe('https://hooks.example.com/a%2Fb/x/c?q=connection&r=target');
    expect(request.headers).toMatchObject({ 'x-one': 'connection', 'content-type': 'text/plain' });
    expect(JSON.parse(request.body)).toEqual({ text: 'hello', token: 'secret' });
  });

  test('has the user and password of a connection with basic authorization', () => {
    const basic = {
      AuthorizationType: 'BASIC',
      AuthParameters: { BasicAuthParameters: { Username: 'u', Password: 'p' } },
    };
    expect(destinationRequest(destination, basic, '{}').headers).toMatchObject({ authorization: 'Basic dTpw' });
  });

  test('is not made with an authorization that the lab does not have', () => {
    expect(() => destinationRequest(destination, { AuthorizationType: 'OAUTH_CLIENT_CREDENTIALS' }, '{}')).toThrow(
      'OAUTH_CLIENT_CREDENTIALS',
    );
  });
});

describe('an answer of an endpoint', () => {
  const errorOf = (status: number, retryAfter?: string) => {
    try {
      requireTaken(status, retryAfter);
      return undefined;
    } catch (error) {
      return error as DestinationError;
    }
  };
  test.each([200, 201, 204])('%i is a delivery', (status) => expect(errorOf(status)).toBeUndefined());
  test.each([401, 407, 409, 429, 500, 502, 503])('%i is repeated', (status) => {
    expect(errorOf(status)).toMatchObject({ retryable: true, retryAfterMs: 0 });
  });
  test.each([301, 302, 400, 403, 404, 410])('%i is a refusal', (status) => {
    expect(errorOf(status)).toMatchObject({ retryable: false });
  });

  test('says when to repeat it, or that it is in vain', () => {
    expect(errorOf(429, '30')).toMatchObject({ retryable: true, retryAfterMs: 30_000 });
    expect(errorOf(503, '-1')).toMatchObject({ retryable: false });
    expect(errorOf(503, 'soon')).toMatchObject({ retryable: true, retryAfterMs: 0 });
    const inAMinute = new Date(Date.now() + 60_000).toUTCString();
    expect(errorOf(503, inAMinute)?.retryAfterMs).toBeGreaterThan(50_000);
  });
});
