import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';

/**
 * A row has the seconds after the start, the previousEventId, the type and the fields of the details. The id of an
 * event is its position in the list, from 1.
 */
export type Row = [seconds: number, previous: number, type: HistoryEventType, details?: Record<string, unknown>];

const START = Date.parse('2026-03-01T12:00:00Z');

/** Returns a history in the shape of GetExecutionHistory. */
export function history(rows: readonly Row[]): HistoryEvent[] {
  return rows.map(([seconds, previousEventId, type, details], index) => ({
    id: index + 1,
    previousEventId,
    type,
    timestamp: new Date(START + seconds * 1_000),
    ...(details ? { [detailsKey(type)]: details } : {}),
  }));
}

function detailsKey(type: HistoryEventType): string {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type[0]?.toLowerCase()}${type.slice(1)}EventDetails`;
}

export const arnOf = (machine: string, name = 'dev-1') =>
  `arn:aws:states:eu-west-1:123456789012:execution:runbook-${machine}:${name}`;

const lambda = { resourceType: 'lambda', resource: 'invoke' };
const build = { resourceType: 'codebuild', resource: 'startBuild.sync' };
const nested = { resourceType: 'states', resource: 'startExecution.sync:2' };
const json = JSON.stringify;

/** The sequence has one Lambda function, one build, one nested execution and a choice. */
export const sequence = history([
  [0, 0, 'ExecutionStarted', { input: '{"environment":"dev"}' }],
  [0, 0, 'TaskStateEntered', { name: 'Check request', input: '{}' }],
  [0, 2, 'TaskScheduled', { ...lambda, parameters: '{"a":1}' }],
  [0, 3, 'TaskStarted', lambda],
  [0.4, 4, 'TaskSucceeded', { ...lambda, output: '{"Payload":{"run":"r"}}' }],
  [0.4, 5, 'TaskStateExited', { name: 'Check request', output: '{"run":"r"}' }],
  [0.5, 6, 'TaskStateEntered', { name: 'Plan stack', input: '{}' }],
  [0.5, 7, 'TaskScheduled', { ...build, parameters: '{"b":1}' }],
  [0.6, 8, 'TaskStarted', build],
  [0.7, 9, 'TaskSubmitted', { ...build, output: json({ Build: { Id: 'runbook-terraform:77' } }) }],
  [96.7, 10, 'TaskSucceeded', { ...build, output: '{"Build":{}}' }],
  [
    96.7,
    11,
    'TaskStateExited',
    { name: 'Plan stack', output: '{"build":"runbook-terraform:77","add":83,"destroy":0}' },
  ],
  [96.7, 12, 'TaskStateEntered', { name: 'Validate environment', input: '{}' }],
  [96.7, 13, 'TaskScheduled', { ...nested, parameters: '{"c":1}' }],
  [96.7, 14, 'TaskStarted', nested],
  [96.8, 15, 'TaskSubmitted', { ...nested, output: json({ ExecutionArn: arnOf('validate', 'dev-1-v') }) }],
  [120, 16, 'TaskSucceeded', { ...nested, output: '{}' }],
  [120, 17, 'TaskStateExited', { name: 'Validate environment', output: '{}' }],
  [120, 18, 'ChoiceStateEntered', { name: 'Done?', input: '{}' }],
  [120, 19, 'ChoiceStateExited', { name: 'Done?', output: '{}' }],
  [120, 20, 'SucceedStateEntered', { name: 'Environment ready', input: '{}' }],
  [120, 21, 'SucceedStateExited', { name: 'Environment ready', output: '{"summary":"ready"}' }],
  [120, 22, 'ExecutionSucceeded', { output: '{"summary":"ready"}' }],
]);

const check = (name: string, status: string, observed: string) => ({ check: name, status, expected: 'e', observed });
const notReady = {
  error: 'NotReadyError',
  cause: json({
    errorType: 'NotReadyError',
    errorMessage: json(check('sqs-backlog', 'failed', '3 messages')),
    trace: [],
  }),
};
const caught = json({ check: 'sqs-backlog', ...notReady });

/**
 * The history has two branches, interleaved. One of them is retried, exhausts its attempts and is caught. Then the
 * machine fails.
 */
export const parallel = history([
  [0, 0, 'ExecutionStarted', { input: '{}' }],
  [0, 0, 'ParallelStateEntered', { name: 'Run checks', input: '{}' }],
  [0, 2, 'ParallelStateStarted'],
  [0, 3, 'TaskStateEntered', { name: 'Check ALB health', input: '{}' }],
  [0, 4, 'TaskScheduled', { ...lambda, parameters: '1' }],
  [0, 3, 'TaskStateEntered', { name: 'Check SQS backlog', input: '{}' }],
  [0, 6, 'TaskScheduled', { ...lambda, parameters: '2' }],
  [1, 5, 'TaskSucceeded', { ...lambda, output: json({ Payload: check('alb-health', 'passed', '200 UP') }) }],
  [1, 7, 'TaskFailed', { ...lambda, ...notReady }],
  [1, 8, 'TaskStateExited', { name: 'Check ALB health', output: json(check('alb-health', 'passed', '200 UP')) }],
  [3, 9, 'TaskScheduled', { ...lambda, parameters: '2' }],
  [4, 11, 'TaskFailed', { ...lambda, ...notReady }],
  [4, 12, 'TaskStateExited', { name: 'Check SQS backlog', output: caught }],
  [4, 13, 'PassStateEntered', { name: 'Report SQS backlog', input: caught }],
  [4, 14, 'PassStateExited', { name: 'Report SQS backlog', output: caught }],
  [4, 15, 'ParallelStateSucceeded'],
  [4, 15, 'ParallelStateExited', { name: 'Run checks', output: '{"checks":["alb-health","sqs-backlog"]}' }],
  [4, 17, 'TaskStateEntered', { name: 'Write evidence', input: '{}' }],
  [4, 18, 'TaskScheduled', { ...lambda, parameters: '3' }],
  [
    ...([5, 19, 'TaskSucceeded'] as const),
    {
      ...lambda,
      output: json({
        Payload: { verdict: 'FAILED', evidence: { bucket: 'b', report: 'x/report.json', html: 'x/report.html' } },
      }),
    },
  ],
  [5, 20, 'TaskStateExited', { name: 'Write evidence', output: '{}' }],
  [5, 21, 'FailStateEntered', { name: 'Validation failed', input: '{}' }],
  [5, 22, 'ExecutionFailed', { error: 'ValidationFailed', cause: 'sqs-backlog failed' }],
]);

const finding = {
  service: 'ecr',
  type: 'repository',
  id: 'order-platform-dev-v3-api',
  status: 'PRESENT',
  source: 'name',
};
const verdict = {
  verdict: 'LEFTOVERS',
  summary: '1 resource is left',
  leftovers: [{ ...finding, reason: 'still there' }],
  unknown: [],
  certificate: { bucket: 'b', key: 'sweep.json' },
};

/** The history has a Map with three items and a concurrency of two. The failure of one item is tolerated. */
export const map = history([
  [0, 0, 'ExecutionStarted', { input: '{}' }],
  [0, 0, 'MapStateEntered', { name: 'First pass', input: '{}' }],
  [0, 2, 'MapStateStarted', { length: 3 }],
  [0, 3, 'MapIterationStarted', { name: 'First pass', index: 0 }],
  [0, 3, 'MapIterationStarted', { name: 'First pass', index: 1 }],
  [0, 4, 'TaskStateEntered', { name: 'Look for leftovers', input: '"ecs"' }],
  [0, 5, 'TaskStateEntered', { name: 'Look for leftovers', input: '"rds"' }],
  [0, 6, 'TaskScheduled', { ...lambda, parameters: '"ecs"' }],
  [0, 7, 'TaskScheduled', { ...lambda, parameters: '"rds"' }],
  [1, 9, 'TaskFailed', { ...lambda, error: 'Lambda.Unknown', cause: 'killed' }],
  [1, 10, 'MapIterationFailed', { name: 'First pass', index: 1 }],
  [1, 10, 'MapIterationStarted', { name: 'First pass', index: 2 }],
  [1, 12, 'PassStateEntered', { name: 'Skip', input: '{"service":"sqs"}' }],
  [1, 13, 'PassStateExited', { name: 'Skip', output: '{}' }],
  [1, 14, 'MapIterationSucceeded', { name: 'First pass', index: 2 }],
  [2, 8, 'TaskSucceeded', { ...lambda, output: '{"Payload":{"service":"ecs","pass":1,"findings":[]}}' }],
  [2, 16, 'TaskStateExited', { name: 'Look for leftovers', output: '{"service":"ecs","pass":1}' }],
  [2, 17, 'MapIterationSucceeded', { name: 'First pass', index: 0 }],
  [2, 17, 'MapStateSucceeded'],
  [2, 17, 'MapStateExited', { name: 'First pass', output: '{"pass":1}' }],
  [2, 20, 'WaitStateEntered', { name: 'Let deletions settle', input: '{}' }],
  [12, 21, 'WaitStateExited', { name: 'Let deletions settle', output: '{}' }],
  [12, 22, 'TaskStateEntered', { name: 'Give verdict', input: '{}' }],
  [12, 23, 'TaskScheduled', { ...lambda, parameters: 'v' }],
  [13, 24, 'TaskSucceeded', { ...lambda, output: json({ Payload: verdict }) }],
  [
    13,
    25,
    'TaskStateExited',
    { name: 'Give verdict', output: json({ verdict: 'LEFTOVERS', summary: verdict.summary }) },
  ],
  [13, 26, 'ExecutionFailed', { error: 'Leftovers', cause: 'ecr repository' }],
]);
