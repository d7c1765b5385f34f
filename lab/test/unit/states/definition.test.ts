import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../states/json.ts';
import {
  ALL,
  choice,
  DISTRIBUTED,
  findings,
  inner,
  literally,
  machine,
  map,
  one,
  pass,
  retry,
  SERVICE,
  wait,
} from './definitions.ts';
import { task } from './machine.ts';

const NO_END = 'MISSING_END_STATE undefined: Workflow has no terminal state';

/**
 * The code, the place and the message are those of AWS where they are known. They come from published recordings, or
 * from others' measurements with ValidateStateMachineDefinition (docs/aws-differences.md).
 */
describe('a definition is refused with the place and the reason', () => {
  test.each<[string, JsonObject, string, string]>([
    ['nothing in it', {}, '/', 'These fields are required: [States, StartAt]'],
    ['unknown field', machine({ S: pass() }, { Foo: 1 }), '/', "Field 'Foo' is not supported"],
    ['version', machine({ S: pass() }, { Version: '2.0' }), '/Version', 'one of the following: [1.0]'],
    ['comment', machine({ S: pass() }, { Comment: 1 }), '/Comment', 'Expected value of type String'],
    ['query language', machine({ S: pass() }, { QueryLanguage: 'JMES' }), '/QueryLanguage', '[JSONPath, JSONata]'],
    ['time limit', one(pass(), { TimeoutSeconds: 0 }), '/TimeoutSeconds', 'Minimum value is 1'],
    ['long time limit', one(pass(), { TimeoutSeconds: 1e8 }), '/TimeoutSeconds', 'Maximum value is 99999999'],
    ['JSONPath machine', { StartAt: 'S', States: { S: pass() } }, '/States/S', "QueryLanguage must be 'JSONata'"],
    ['JSONPath state', one(pass({ QueryLanguage: 'JSONPath' })), '/States/S', "can not be 'JSONPath' if set to"],
    ['JSONPath field', one(pass({ ResultPath: '$' })), '/States/S', "only supported for the 'JSONPath'"],
    [
      'Parameters',
      one(task('t', { Parameters: {} })),
      '/States/S',
      "'Parameters' is only supported for the 'JSONPath'",
    ],
    ['no such start', machine({ S: pass() }, { StartAt: 'X' }), '/StartAt', "Missing 'Next' target: X"],
    ['no such next', one({ Type: 'Pass', Next: 'X' }), '/States/S/Next', "Missing 'Next' target: X"],
    ['unreachable', machine({ S: pass(), T: pass() }), '/States/T', 'State "T" is not reachable.'],
    ['no next', one({ Type: 'Pass' }), '/States/S', 'should have only one of the following fields: [Next, End]'],
    [
      'next and end',
      one({ Type: 'Pass', Next: 'S', End: true }),
      '/States/S',
      'only be one of the following fields: [',
    ],
    ['end', one({ Type: 'Pass', End: 'yes' }), '/States/S/End', 'Expected value of type Boolean'],
    ['unknown type', one({ Type: 'Nap', End: true }), '/States/S/Type', 'should have one of these values: [Task, Wait'],
    ['unknown state field', one(pass({ Colour: 'red' })), '/States/S', "Field 'Colour' is not supported"],
    ['field of another type', one(pass({ Catch: [] })), '/States/S', "Field 'Catch' is not supported"],
    ['comment of a state', one(pass({ Comment: 1 })), '/States/S/Comment', 'Expected value of type String'],
    ['no ARN', one({ ...task('t'), Resource: 'f' }), '/States/S/Resource', 'Value is not a valid resource ARN'],
    [
      'unknown resource',
      one({ ...task('t'), Resource: `${SERVICE}glue:startJobRun` }),
      '/States/S/Resource',
      'recognized',
    ],
    [
      'unknown service',
      one({ ...task('t'), Resource: `${SERVICE}aws-sdk:nothing:do` }),
      '/States/S/Resource',
      'recognized',
    ],
    [
      'PascalCase',
      one({ ...task('t'), Resource: `${SERVICE}aws-sdk:sqs:ListQueues` }),
      '/States/S/Resource',
      'recognized',
    ],
    [
      'no token there',
      one({ ...task('t'), Resource: `${SERVICE}dynamodb:putItem.waitForTaskToken` }),
      '/States/S/Resource',
      'is not recognized',
    ],
    ['credentials', one(task('t', { Credentials: {} })), '/States/S/Credentials', 'is not available here'],
    ['timeout in quotes', one(task('t', { TimeoutSeconds: '60' })), '/States/S/TimeoutSeconds', 'type Integer'],
    ['zero timeout', one(task('t', { TimeoutSeconds: 0 })), '/States/S/TimeoutSeconds', 'Minimum value is 1'],
    ['long timeout', one(task('t', { TimeoutSeconds: 1e8 })), '/States/S/TimeoutSeconds', 'Maximum value is 99999999'],
    ['long heartbeat', one(task('t', { HeartbeatSeconds: 1e8 })), '/States/S/HeartbeatSeconds', 'Maximum value'],
    ['long wait', wait({ Seconds: 100_000_000 }), '/States/S/Seconds', 'Maximum value is 99999999'],
    ['half a second', wait({ Seconds: 1.5 }), '/States/S/Seconds', 'Expected value of type Integer'],
    ['negative wait', wait({ Seconds: -1 }), '/States/S/Seconds', 'Minimum value is 0'],
    ['wait for what', wait({}), '/States/S', 'should have only one of the following fields'],
    ['two waits', wait({ Seconds: 1, Timestamp: '{% 1 %}' }), '/States/S', 'There should only be one of the following'],
    [
      'heartbeat too long',
      one(task('t', { TimeoutSeconds: 10, HeartbeatSeconds: 10 })),
      '/States/S/HeartbeatSeconds',
      'smaller than TimeoutSeconds',
    ],
    ['negative concurrency', map({ MaxConcurrency: -1 }), '/States/S/MaxConcurrency', 'Minimum value is 0'],
    ['failures', map({ ToleratedFailureCount: -1 }), '/States/S/ToleratedFailureCount', 'Minimum value is 0'],
    ['share', map({ ToleratedFailurePercentage: 101 }), '/States/S/ToleratedFailurePercentage', 'Maximum value is 100'],
    ['half an expression', one(pass({ Output: '{% 1' })), '/States/S/Output', 'must start with {% and end with %}'],
    [
      'names',
      retry({ ErrorEquals: ['A', 'States.ALL'] }),
      '/States/S/Retry[0]/ErrorEquals',
      'must appear alone and at',
    ],
    ['order', retry({ ErrorEquals: ALL }, { ErrorEquals: ['A'] }), '/States/S/Retry[0]/ErrorEquals', 'at end of list'],
    ['no names', retry({ ErrorEquals: [] }), '/States/S/Retry[0]/ErrorEquals', 'Value cannot be empty'],
    ['no ErrorEquals', retry({ MaxAttempts: 1 }), '/States/S/Retry[0]', 'These fields are required: [ErrorEquals]'],
    ['names', retry({ ErrorEquals: ['States.Foo'] }), '/States/S/Retry[0]/ErrorEquals', "'States.Foo' does not exist"],
    [
      'interval',
      retry({ ErrorEquals: ALL, IntervalSeconds: -1 }),
      '/States/S/Retry[0]/IntervalSeconds',
      'Minimum value',
    ],
    ['rate', retry({ ErrorEquals: ALL, BackoffRate: 0.5 }), '/States/S/Retry[0]/BackoffRate', 'Minimum value is 1'],
    ['attempts', retry({ ErrorEquals: ALL, MaxAttempts: 1e8 }), '/States/S/Retry[0]/MaxAttempts', 'Maximum value is'],
    [
      'jitter',
      retry({ ErrorEquals: ALL, JitterStrategy: 'SOME' }),
      '/States/S/Retry[0]/JitterStrategy',
      '[NONE, FULL]',
    ],
    ['retrier', retry({ ErrorEquals: ALL, Next: 'S' }), '/States/S/Retry[0]', "Field 'Next' is not supported"],
    [
      'delay',
      retry({ ErrorEquals: ALL, IntervalSeconds: 5, MaxDelaySeconds: 5 }),
      '/States/S/Retry[0]/MaxDelaySeconds',
      'greater than IntervalSeconds',
    ],
    ['catch without next', one(task('t', { Catch: [{ ErrorEquals: ALL }] })), '/States/S/Catch[0]', 'required: [Next]'],
    ['catch to nowhere', one(task('t', { Catch: [{ ErrorEquals: ALL, Next: 'X' }] })), '/States/S/Catch[0]/Next', 'X'],
    ['reserved error', one({ Type: 'Fail', Error: 'States.Mine' }), '/States/S/Error', "must not begin with 'States.'"],
    ['no choices', one({ Type: 'Choice', Choices: [] }), '/States/S/Choices', 'Value cannot be empty'],
    ['choice rule', one({ Type: 'Choice', Choices: [{ Next: 'S' }] }), '/States/S/Choices[0]', 'required: [Condition]'],
    ['condition', choice({ Condition: 'yes' }), '/States/S/Choices[0]/Condition', 'Expected value of type Boolean'],
    ['JSONPath rule', choice({ Condition: true, Variable: '$.a' }), '/States/S/Choices[0]', "field 'Variable' is only"],
    ['no branches', one({ Type: 'Parallel', Branches: [], End: true }), '/States/S/Branches', 'Value cannot be empty'],
    [
      'in a branch',
      one({ Type: 'Parallel', Branches: [inner({ Type: 'Pass' })], End: true }),
      '/States/S/Branches[0]/States/I',
      'Next',
    ],
    [
      'in a map',
      one({ Type: 'Map', ItemProcessor: inner({ Type: 'Nap' }), End: true }),
      '/States/S/ItemProcessor/States/I/Type',
      'should have one of these values',
    ],
    [
      'language of a processor',
      one({ Type: 'Map', ItemProcessor: { QueryLanguage: 'JSONata', ...inner(pass()) }, End: true }),
      '/States/S/ItemProcessor',
      "Field 'QueryLanguage' is not supported",
    ],
    ['reader in an inline map', map({ ItemReader: {} }, { Mode: 'INLINE' }), '/States/S/ItemReader', 'DISTRIBUTED'],
    ['label in an inline map', map({ Label: 'L' }, { Mode: 'INLINE' }), '/States/S/Label', 'DISTRIBUTED'],
    ['mode', map({}, { Mode: 'BOTH' }), '/States/S/ItemProcessor/ProcessorConfig/Mode', '[INLINE, DISTRIBUTED]'],
    ['no type', map({}, { Mode: 'DISTRIBUTED' }), '/States/S/ItemProcessor/ProcessorConfig', '[ExecutionType]'],
    [
      'type of an inline map',
      map({}, { Mode: 'INLINE', ExecutionType: 'STANDARD' }),
      '/States/S/ItemProcessor/ProcessorConfig',
      "Field 'ExecutionType' is not supported",
    ],
    [
      'express iterations',
      map({}, { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' }),
      '/States/S/ItemProcessor/ProcessorConfig/ExecutionType',
      'not available here',
    ],
    [
      'reader',
      map({ ItemReader: { Resource: `${SERVICE}s3:headObject` } }),
      '/States/S/ItemReader/Resource',
      'does not match',
    ],
    [
      'outer variable',
      machine({
        S: { Type: 'Pass', Assign: { v: 1 }, Next: 'P' },
        P: { Type: 'Parallel', Branches: [inner(pass({ Assign: { v: 2 } }))], End: true },
      }),
      '/States/P/Branches[0]/States/I/Assign/v',
      'outer scope',
    ],
  ])('%s', (_name, definition, location, message) => {
    const code = '(SCHEMA_VALIDATION_FAILED|MISSING_TRANSITION_TARGET)';
    expect(findings(definition)).toContainEqual(
      expect.stringMatching(new RegExp(`^${code} ${literally(location)}: .*${literally(message)}`)),
    );
  });

  test.each<[string, JsonObject, string]>([
    ['no end', machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }), NO_END],
    [
      'no end, and a state that nothing leads to',
      machine({ A: { Type: 'Pass', Next: 'A' }, B: { Type: 'Pass', Next: 'A' } }),
      NO_END,
    ],
    [
      'long name',
      machine({ ['x'.repeat(81)]: pass() }),
      `INVALID_STATE_NAME /States/${'x'.repeat(81)}: The state name`,
    ],
    [
      'the same name twice',
      one({ Type: 'Parallel', Branches: [inner(pass()), inner(pass())], End: true }),
      'DUPLICATE_STATE_NAME /States/S/Branches[1]/States/I: Duplicate State name: I',
    ],
    [
      'variable name',
      one(pass({ Assign: { 'a-b': 1 } })),
      'INVALID_VARIABLE_NAME /States/S/Assign/a-b: Invalid variable',
    ],
    [
      'reserved variable',
      one(pass({ Assign: { states: 1 } })),
      "RESERVED_VARIABLE_NAME /States/S/Assign/states: Cannot assign to reserved variable '$states'.",
    ],
    ['empty label', map({ Label: '' }), 'INVALID_LABEL_NAME /States/S/Label: A Label cannot be empty'],
    ['long label', map({ Label: 'x'.repeat(41) }), 'INVALID_LABEL_NAME /States/S/Label: The Label'],
    [
      'the same label twice',
      machine({
        M: { Type: 'Map', Label: 'L', ItemProcessor: { ProcessorConfig: DISTRIBUTED, ...inner(pass()) }, Next: 'N' },
        N: {
          Type: 'Map',
          Label: 'L',
          ItemProcessor: { ProcessorConfig: DISTRIBUTED, StartAt: 'J', States: { J: pass() } },
          End: true,
        },
      }),
      'DUPLICATE_LABEL_NAME /States/N/Label: Duplicate Label name: L',
    ],
  ])('%s', (_name, definition, finding) => {
    expect(findings(definition)).toEqual([expect.stringContaining(finding)]);
  });
});

/** The refusals are recorded on AWS, except for the DISTRIBUTED Map, which others measured. */
test.each<[string, JsonObject, string, string]>([
  [
    'a token',
    one({ ...task('t'), Resource: `${SERVICE}sns:publish.waitForTaskToken`, Arguments: { Message: 'm' } }),
    '/Resource',
    "Express state machine does not support '.waitForTaskToken' service integration",
  ],
  [
    'a job',
    one({ ...task('t'), Resource: `${SERVICE}states:startExecution.sync:2`, Arguments: { StateMachineArn: 'm' } }),
    '/Resource',
    "Express state machine does not support '.sync' service integration",
  ],
  [
    'a DISTRIBUTED Map',
    map(),
    '/ItemProcessor/ProcessorConfig/Mode',
    "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines",
  ],
])('%s is refused in a machine of type EXPRESS', (_name, definition, place, message) => {
  expect(findings(definition)).toEqual([]);
  expect(findings(definition, 'EXPRESS')).toEqual([`SCHEMA_VALIDATION_FAILED /States/S${place}: ${message}`]);
});
