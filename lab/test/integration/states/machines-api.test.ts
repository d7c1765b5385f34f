import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  type LoggingConfiguration,
  PublishStateMachineVersionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json } from '../../../service.ts';
import { fakeService, ROLE, startAccount, task } from './account.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  const logs = fakeService('logs', async () =>
    json({ logGroups: [{ logGroupName: 'there' }, { logGroupName: 'there2' }] }),
  );
  account = await startAccount(() => [logs]);
});
afterAll(() => account.stop());

const single = (state: object) => ({ StartAt: 'S', States: { S: state } });
const PASS = single({ Type: 'Pass', End: true });
const WAIT = single({ Type: 'Wait', Seconds: 3600, End: true });
const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...PASS });
const named = (name: string, message: string | RegExp = /./) =>
  expect.objectContaining({ name, message: expect.stringMatching(message) });

describe('state machines', () => {
  test('are created once, described, listed, tagged, updated, published and deleted', async () => {
    const { sfn } = account;
    const request = { name: 'first', roleArn: ROLE, definition, tags: [{ key: 'a', value: '1' }] };
    const { stateMachineArn = '' } = await sfn.send(new CreateStateMachineCommand(request));
    expect(stateMachineArn).toBe('arn:aws:states:eu-west-1:123456789012:stateMachine:first');
    expect((await sfn.send(new CreateStateMachineCommand(request))).stateMachineArn).toBe(stateMachineArn);
    const other = new CreateStateMachineCommand({
      ...request,
      definition: definition.replace('Pass', 'Succeed').replace(',"End":true', ''),
    });
    await expect(sfn.send(other)).rejects.toEqual(named('StateMachineAlreadyExists', stateMachineArn));

    const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(described).toMatchObject({ name: 'first', status: 'ACTIVE', type: 'STANDARD', roleArn: ROLE, definition });
    expect(described.loggingConfiguration).toEqual({ level: 'OFF', includeExecutionData: false });
    expect(described.creationDate?.getTime()).toBeCloseTo(Date.now(), -4);
    expect((await sfn.send(new ListStateMachinesCommand({}))).stateMachines).toContainEqual(
      expect.objectContaining({ stateMachineArn, name: 'first' }),
    );

    await sfn.send(new TagResourceCommand({ resourceArn: stateMachineArn, tags: [{ key: 'b', value: '2' }] }));
    await sfn.send(new UntagResourceCommand({ resourceArn: stateMachineArn, tagKeys: ['a'] }));
    const { tags } = await sfn.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }));
    expect(tags).toEqual([{ key: 'b', value: '2' }]);

    const update = { stateMachineArn, roleArn: `${ROLE}2`, publish: true };
    const updated = await sfn.send(new UpdateStateMachineCommand(update));
    expect(updated).toMatchObject({ revisionId: expect.any(String), stateMachineVersionArn: `${stateMachineArn}:1` });
    const { stateMachineVersions } = await sfn.send(new ListStateMachineVersionsCommand({ stateMachineArn }));
    expect(stateMachineVersions).toMatchObject([{ stateMachineVersionArn: `${stateMachineArn}:1` }]);
    await expect(sfn.send(new UpdateStateMachineCommand({ stateMachineArn }))).rejects.toEqual(
      named('MissingRequiredParameter'),
    );

    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    const gone = sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    await expect(gone).rejects.toEqual(
      named('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}'`),
    );
  });

  test('say what variables their states read, and how they are encrypted', async () => {
    const states = {
      A: { Type: 'Pass', Assign: { v: 1 }, Next: 'B' },
      B: { Type: 'Pass', Output: '{% $v %}', End: true },
    };
    const stateMachineArn = await account.create({ StartAt: 'A', States: states });
    const described = await account.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    const told = { encryptionConfiguration: { type: 'AWS_OWNED_KEY' }, variableReferences: { B: ['v'] } };
    expect(described).toMatchObject(told);
    const executionArn = await account.start(stateMachineArn);
    expect(await account.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }))).toMatchObject(told);
  });

  /** All answers are as recorded on AWS. */
  test('of which versions are published', async () => {
    const { sfn } = account;
    const stateMachineArn = await account.create(PASS);
    const publish = { stateMachineArn, definition, publish: true };
    const version = { stateMachineVersionArn: `${stateMachineArn}:1` };
    // An update that changes nothing creates neither a revision nor a second version.
    for (const _ of [1, 2]) {
      const updated = await sfn.send(new UpdateStateMachineCommand(publish));
      expect(updated).toMatchObject(version);
      expect(updated.revisionId).toBeUndefined();
    }
    const lone = { stateMachineArn, definition, versionDescription: 'alone' };
    const message = /^Version description can only be set when publish is true$/;
    await expect(sfn.send(new UpdateStateMachineCommand(lone))).rejects.toEqual(named('ValidationException', message));
    const created = new CreateStateMachineCommand({ ...lone, name: 'lone', roleArn: ROLE });
    await expect(sfn.send(created)).rejects.toEqual(named('ValidationException', message));

    const change = { stateMachineArn, roleArn: `${ROLE}2` };
    const { revisionId } = await sfn.send(new UpdateStateMachineCommand(change));
    expect((await sfn.send(new UpdateStateMachineCommand(change))).revisionId).toBe(revisionId);
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, roleArn: `${ROLE}3` }));
    const stale = new PublishStateMachineVersionCommand({ stateMachineArn, revisionId });
    await expect(sfn.send(stale)).rejects.toEqual(
      named(
        'ConflictException',
        `^Failed to publish the State Machine version for revision ${revisionId}. The current `,
      ),
    );
    const ofVersion = new UpdateStateMachineCommand({ ...change, stateMachineArn: `${stateMachineArn}:1` });
    await expect(sfn.send(ofVersion)).rejects.toEqual(
      named('StateMachineDoesNotExist', `State Machine Does Not Exist: '${stateMachineArn}:1'`),
    );
  });

  const group = (name: string) => ({
    cloudWatchLogsLogGroup: { logGroupArn: `arn:aws:logs:eu-west-1:123456789012:log-group:${name}:*` },
  });

  /** The first five rows are as recorded on AWS, the others as measured by others. */
  test.each<[string, LoggingConfiguration, string | undefined]>([
    ['no destination at level ALL', { level: 'ALL' }, 'Must specify exactly one Log Destination.'],
    [
      'no destination at level ERROR',
      { level: 'ERROR', destinations: [] },
      'Must specify exactly one Log Destination.',
    ],
    ['no destination at level OFF', { destinations: [] }, undefined],
    [
      'two',
      { level: 'ALL', destinations: [group('there'), group('there')] },
      'Must specify exactly one Log Destination.',
    ],
    ['one that is not there', { level: 'ALL', destinations: [group('ther')] }, 'Log Destination not found.'],
    ['one that is there', { level: 'ALL', destinations: [group('there')] }, undefined],
    ['one without a log group', { level: 'ALL', destinations: [{}] }, 'Must set valid CloudWatch Log Group ARN.'],
    [
      'the ARN of something else',
      { level: 'ALL', destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:s3:::bucket' } }] },
      'Provided ARN is not CloudWatch Logs Log Group ARN.',
    ],
    [
      'an ARN without its end',
      {
        level: 'ALL',
        destinations: [
          { cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:there' } },
        ],
      },
      "Log Group ARN must be provided with '*' qualifier.",
    ],
  ])('log to %s', async (name, loggingConfiguration, refusal) => {
    const request = { name: name.replaceAll(' ', '-'), roleArn: ROLE, definition, loggingConfiguration };
    const stateMachineArn = await account.create(PASS);
    const create = () => account.sfn.send(new CreateStateMachineCommand(request));
    const update = () => account.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, loggingConfiguration }));
    for (const answer of [create, update]) {
      if (refusal === undefined) await expect(answer()).resolves.toBeDefined();
      else {
        const error = { name: 'InvalidLoggingConfiguration', message: `Invalid Logging Configuration: ${refusal}` };
        await expect(answer()).rejects.toMatchObject(error);
      }
    }
  });

  test('of type EXPRESS are refused as long as they are not emulated', async () => {
    const request = { name: 'express', roleArn: ROLE, definition, type: 'EXPRESS' as const };
    await expect(account.sfn.send(new CreateStateMachineCommand(request))).rejects.toEqual(
      named('StateMachineTypeNotSupported', /EXPRESS are not available here/),
    );
    const job = task('sqs:sendMessage.waitForTaskToken', { QueueUrl: 'q', MessageBody: 'm' });
    const waits = { ...request, definition: JSON.stringify({ QueryLanguage: 'JSONata', ...job }) };
    await expect(account.sfn.send(new CreateStateMachineCommand(waits))).rejects.toEqual(
      named('InvalidDefinition', /Express state machine does not support '\.waitForTaskToken' service integration/),
    );
    const { result } = await account.sfn.send(
      new ValidateStateMachineDefinitionCommand({ definition: waits.definition, type: 'EXPRESS' }),
    );
    expect(result).toBe('FAIL');
  });

  /** The limits are recorded on AWS: tokens are shorter everywhere but in ListExecutions. */
  test('are listed with tokens of so many characters at most', async () => {
    const { sfn } = account;
    const stateMachineArn = await account.create(PASS);
    const nextToken = 'x'.repeat(3097);
    const tooLong = (most: number) =>
      named('ValidationException', `at 'nextToken' failed .*: Member must have length less than or equal to ${most}$`);
    const lists: [number, () => Promise<unknown>][] = [
      [1024, () => sfn.send(new ListStateMachinesCommand({ nextToken }))],
      [1024, () => sfn.send(new ListStateMachineVersionsCommand({ stateMachineArn, nextToken }))],
      [3096, () => sfn.send(new ListExecutionsCommand({ stateMachineArn, nextToken }))],
    ];
    for (const [most, list] of lists) await expect(list()).rejects.toEqual(tooLong(most));
  });

  test('with a running execution are deleted when it has ended', async () => {
    const { sfn } = account;
    const stateMachineArn = await account.create(WAIT, 'leaving');
    const executionArn = await account.start(stateMachineArn);
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
    expect((await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).status).toBe('DELETING');
    await expect(account.start(stateMachineArn)).rejects.toEqual(named('StateMachineDeleting'));
    await sfn.send(new StopExecutionCommand({ executionArn }));
    await expect(sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))).rejects.toEqual(
      named('StateMachineDoesNotExist'),
    );
  });

  test.each<[string, object, string, RegExp]>([
    [
      'a bad definition',
      { definition: '{"QueryLanguage":"JSONata","StartAt":"X","States":{}}' },
      'InvalidDefinition',
      /^Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: .* at \/StartAt/,
    ],
    ['a bad name', { name: 'not a name' }, 'InvalidName', /Invalid Name: 'not a name'/],
    ['a long name', { name: 'x'.repeat(81) }, 'InvalidName', /./],
    [
      'a wrong type',
      { type: 'OTHER' },
      'ValidationException',
      /'OTHER' at 'type' .* enum value set: \[STANDARD, EXPRESS\]/,
    ],
  ])('are refused for %s', async (_name, change, error, message) => {
    const request = { name: 'refused', roleArn: ROLE, definition, ...change };
    await expect(account.sfn.send(new CreateStateMachineCommand(request))).rejects.toEqual(named(error, message));
  });

  test('a definition is validated without creating anything', async () => {
    const valid = await account.sfn.send(new ValidateStateMachineDefinitionCommand({ definition }));
    expect(valid).toMatchObject({ result: 'OK', diagnostics: [] });
    const invalid = await account.sfn.send(new ValidateStateMachineDefinitionCommand({ definition: '{}' }));
    expect(invalid).toMatchObject({ result: 'FAIL', diagnostics: [{ severity: 'ERROR', location: '/' }] });
  });
});
