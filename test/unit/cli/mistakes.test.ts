import { ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { ExecutionDoesNotExist, InvalidArn, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { explain, type Surroundings } from '../../../cli/explain.ts';
import { anAccount, runCli } from './support/cli.ts';

const $metadata = {};
const raise = (error: Error) => () => {
  throw error;
};
const nothingDeployed = anAccount({
  GetItem: raise(new ResourceNotFoundException({ message: 'Requested resource not found', $metadata })),
  Scan: raise(new ResourceNotFoundException({ message: 'Requested resource not found', $metadata })),
  StartExecution: raise(new StateMachineDoesNotExist({ message: 'State Machine Does Not Exist', $metadata })),
});
const empty = anAccount({ GetItem: () => ({}) });
const arn = (region: string, account = '123456789012') =>
  `arn:aws:states:${region}:${account}:execution:runbook-provision:x`;

/** These are words of zod, of an API or of a program. An error message for a user contains none of them. */
const FOREIGN = /Too (big|small)|expected |Invalid (input|option)|null|undefined|\[object|\bat .*:\d+:\d+|Exception/;

describe('what somebody may type by mistake', () => {
  test.each<[string[], string]>([
    [['validate', 'Dev'], 'environment "Dev": must be 2 to 21 characters: a lower-case letter, then a-z, 0-9 or "-"'],
    [['extend', 'dev', '--hours', '73', '--reason', 'x'], '--hours 73: must be at most 72'],
    [['extend', 'dev', '--hours', '0', '--reason', 'x'], '--hours 0: must be at least 1'],
    [['provision', 'dev', '--ttl-hours', '100'], '--ttl-hours 100: must be at most 72'],
    [['validate', 'dev', '--orders', '11'], '--orders 11: must be at most 10'],
    [['validate', 'dev', '--check', 'BACKEND'], '--check "BACKEND": must be lower-case words with hyphens'],
    [['provision', 'dev', '--commit', 'main'], '--commit "main": must be 7 to 64 hexadecimal digits'],
    [['provision', 'dev', '--reason', ''], '--reason "": must have at least 1 characters'],
    [['provision', 'dev', '--region', 'Ireland'], "'Ireland' is invalid. must be a region, such as eu-west-1"],
    [['status', 'nope'], 'environment "nope" is not known here: see them all with "npx runbook status"'],
    [['watch', 'arn:nonsense'], '"arn:nonsense" is not the ARN of an execution'],
    [['watch', arn('us-east-1')], 'is in us-east-1, and you are asking eu-west-1: add --region us-east-1'],
    [['watch', arn('eu-west-1', '210987654321')], 'is in account 210987654321, and you are in 123456789012'],
    [
      ['watch', 'No Such'],
      '"No Such" is neither an execution (an ARN, or provision:<name>) nor the name of an environment',
    ],
    [['stauts'], "unknown command 'stauts'\n(Did you mean status?)"],
  ])('the error of %j says what is wrong with it', async (args, message) => {
    const { code, err, out } = await runCli(args, { account: empty });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(message);
    expect(err).not.toMatch(FOREIGN);
  });

  test.each([
    [
      ['status'],
      'there is no table runbook-environments in account 123456789012, eu-west-1: deploy with "npx cdk deploy"',
    ],
    [['status', 'dev'], 'there is no table runbook-environments'],
    [['validate', 'dev'], 'there is no machine "validate" in account 123456789012, eu-west-1: deploy with'],
  ])('%j before anything is deployed', async (args, message) => {
    expect(await runCli(args, { account: nothingDeployed })).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(message),
    });
  });

  test('a stack is shown to whoever asks for one', async () => {
    const account = new TypeError('x is not a function');
    expect((await runCli(['status'], { account })).err).toBe('TypeError: x is not a function\n');
    const asked = await runCli(['status'], { account, environment: { RUNBOOK_DEBUG: '1' } });
    expect(asked.err).toMatch(/\n {4}at /);
  });
});

const failure = (properties: object, message = '') => Object.assign(new Error(message), properties);
const lab = 'http://127.0.0.1:9';
const refused = failure({ code: 'ECONNREFUSED' }, 'connect ECONNREFUSED 127.0.0.1:9');

describe('what goes wrong around it', () => {
  test.each<[string, unknown, Surroundings, string]>([
    [
      'a lab that is gone',
      refused,
      { endpoint: lab },
      `nothing answers at AWS_ENDPOINT_URL ${lab} (ECONNREFUSED): start`,
    ],
    [
      'a lab that is gone, of two addresses',
      new AggregateError([refused]),
      { endpoint: lab },
      `nothing answers at AWS_ENDPOINT_URL ${lab} (ECONNREFUSED)`,
    ],
    [
      'no network',
      failure({ code: 'ETIMEDOUT', hostname: 'sts.aws' }),
      {},
      'AWS cannot be reached at sts.aws (ETIMEDOUT): check',
    ],
    [
      'a region that does not exist',
      failure({ code: 'ENOTFOUND', hostname: 'sts.eu-west-99.amazonaws.com' }),
      { region: 'eu-west-99' },
      'sts.eu-west-99.amazonaws.com does not exist (ENOTFOUND): is "eu-west-99" a region of AWS',
    ],
    [
      'no credentials',
      failure({ name: 'CredentialsProviderError' }, 'x'),
      {},
      'no AWS credentials in the environment: sign in',
    ],
    [
      'a profile that is not there',
      failure({ name: 'CredentialsProviderError' }, 'Could not resolve credentials using profile: [prd]'),
      { profile: 'prd' },
      'no AWS credentials in AWS_PROFILE "prd" (Could not resolve credentials using profile: [prd])',
    ],
    [
      'a session that is over',
      failure({ name: 'ExpiredTokenException' }),
      { profile: 'prd' },
      'the session of AWS_PROFILE "prd" is over',
    ],
    [
      'credentials of another',
      failure({ name: 'InvalidClientTokenId' }),
      {},
      'AWS does not accept the credentials of the environment',
    ],
    [
      'a permission that lacks',
      failure({ name: 'AccessDeniedException' }, 'User: ada is not authorized to perform: states:StartExecution'),
      {},
      'AWS denies it: User: ada is not authorized to perform: states:StartExecution. Ask for',
    ],
    ['too many requests', failure({ name: 'ThrottlingException' }), {}, 'try again in a minute'],
    [
      'an execution that AWS has forgotten',
      new ExecutionDoesNotExist({ message: `Execution Does Not Exist: '${arn('eu-west-1')}'`, $metadata }),
      {},
      `there is no execution ${arn('eu-west-1')}: AWS forgets one 90 days after its end`,
    ],
    [
      'an ARN of something else',
      new InvalidArn({ message: "Invalid Arn: 'x'", $metadata }),
      {},
      "Invalid Arn: 'x': give the ARN",
    ],
    [
      'a busy port',
      failure({ code: 'EADDRINUSE' }, 'listen EADDRINUSE: address already in use 127.0.0.1:4566'),
      {},
      '127.0.0.1:4566 is in use by another program: choose another --port',
    ],
    [
      'a read-only folder',
      failure({ code: 'EROFS', path: '/ro/x.html' }),
      {},
      '/ro/x.html cannot be written, since its folder is read-only',
    ],
    [
      'a folder that is not there',
      failure({ code: 'ENOENT', path: 'no/x.html' }),
      {},
      'no/x.html does not exist: check the name, or make its folder',
    ],
    [
      'an endpoint without a scheme',
      failure({ code: 'ERR_INVALID_URL' }),
      { endpoint: 'localhost' },
      'AWS_ENDPOINT_URL "localhost" is not an address',
    ],
    ['something else', failure({ name: 'Odd' }, 'It is odd'), {}, 'Odd: It is odd'],
    ['no error at all', 'just words', {}, 'just words'],
  ])('%s', (_, error, where, message) => {
    const said = explain(error, where);
    expect(said).toContain(message);
    expect(said).not.toContain('\n');
  });
});
