import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROLE, startAccount } from './account.ts';

let account: Awaited<ReturnType<typeof startAccount>>;
beforeAll(async () => {
  account = await startAccount();
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
