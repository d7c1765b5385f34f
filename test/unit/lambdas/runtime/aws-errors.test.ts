import { describe, expect, test } from 'vitest';
import { awsFailure, describeError, isNotFound } from '../../../../lambdas/runtime/aws-errors.ts';
import { sdkError } from '../support/fixtures.ts';

const network = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe('failures of AWS', () => {
  test.each([
    ['denied', sdkError('AccessDenied', 403)],
    ['denied', sdkError('AccessDeniedException', 400)],
    ['denied', sdkError('UnauthorizedOperation', 403)],
    ['denied', sdkError('ExpiredTokenException', 400)],
    ['denied', sdkError('403', 403)],
    ['transient', sdkError('ThrottlingException', 400)],
    ['transient', sdkError('Throttling', 400)],
    ['transient', sdkError('RequestLimitExceeded', 503)],
    ['transient', sdkError('TooManyRequestsException', 429)],
    ['transient', sdkError('SlowDown', 503)],
    ['transient', sdkError('InternalFailure', 500)],
    ['transient', sdkError('ServiceUnavailable', 503)],
    ['transient', Object.assign(new Error('timed out'), { name: 'TimeoutError' })],
    ['transient', network('ECONNREFUSED')],
    ['transient', network('ENOTFOUND')],
    ['transient', Object.assign(new Error('no credentials'), { name: 'CredentialsProviderError' })],
    ['refused', sdkError('ValidationException', 400)],
    ['refused', sdkError('NoSuchBucket', 404)],
    [undefined, new Error('ours')],
    [undefined, new TypeError('ours')],
    [undefined, sdkError('SyntaxError', 200)],
    [undefined, 'a string'],
  ])('%s', (expected, error) => {
    expect(awsFailure(error)).toBe(expected);
  });

  test('a 404 that the service did not send is no answer, and HEAD has no code to send', () => {
    const guessed = Object.assign(sdkError('NotFoundException', 404), { Error: { Code: undefined } });
    const answered = Object.assign(sdkError('NotFoundException', 404), { Error: { Code: 'NotFound' } });
    expect(
      [guessed, answered, sdkError('NotFoundException', 404)].map((error) => isNotFound(error, 'NotFoundException')),
    ).toEqual([false, true, true]);
  });

  test.each([
    ['NotFound', sdkError('NotFound', 404)],
    ['AccessDenied: no', sdkError('AccessDenied', 403, 'no')],
    ['x', 'x'],
  ])('in words: %s', (text, error) => {
    expect(describeError(error)).toBe(text);
  });
});
