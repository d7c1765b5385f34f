import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import * as yaml from 'yaml';
import { PlainRenderer } from '../../../cli/render-plain.ts';
import type { TimelineEvent } from '../../../cli/timeline-event.ts';
import { followDocument } from '../../../examples/document-intake/follow-document.ts';
import { evaluate } from '../../../lab/states/expressions/jsonata.ts';
import { MACHINES } from '../../../lambdas/contracts/record.ts';
import { backend } from '../../../lambdas/validation/checks/backend.ts';
import type { Deployment, EcsService } from '../../../lambdas/validation/checks/ecs-services.ts';
import { rollout } from '../../../lambdas/validation/checks/rollout.ts';
import { STEADY_SAMPLES, sqsBacklog } from '../../../lambdas/validation/checks/sqs-backlog.ts';
import { parseConfig } from '../../../lib/config/config.ts';
import { readDefinition } from '../../../lib/machines/definition.ts';
import config from '../../../runbook.config.ts';
import { blocksOf, DOCUMENTS, ROOT, textOf } from './support/documents.ts';

/** What the documents show of outputs and of configurations, held against what makes them. */

interface Machine {
  States: Record<string, State>;
}
interface State {
  Type: string;
  Cause?: string;
  Assign?: Record<string, string>;
  Branches?: Machine[];
  ItemProcessor?: Machine;
}

const definitionOf = (machine: (typeof MACHINES)[number]) => JSON.parse(readDefinition(ROOT, machine)) as Machine;

function statesOf({ States }: Machine): [string, State][] {
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap(statesOf),
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor) : []),
  ]);
}

describe('docs/a-whole-run.md: node demo/record.ts makes it again of what npm start prints', () => {
  const [block] = blocksOf('docs/a-whole-run.md');
  const lines = [...(block?.text ?? '').matchAll(/^\d\d:\d\d:\d\d {2}(\w+) +(.*?) {2,}([✓…✗!?▸])/gm)].map(
    ([, machine = '', state = '']) => ({ machine, state }),
  );
  const ofExecutions = /^(started .*|SUCCEEDED)$/;
  const seen = (machine: string) =>
    new Set(lines.flatMap((line) => (line.machine === machine && !ofExecutions.test(line.state) ? [line.state] : [])));
  const ran = ['provision', 'validate', 'teardown', 'sweep'] as const;

  test.each(ran)('%s: its states are those that the machine has', (machine) => {
    const names = new Set(statesOf(definitionOf(machine)).map(([name]) => name));
    expect([...seen(machine)].filter((state) => !names.has(state))).toEqual([]);
    expect(seen(machine).size).toBeGreaterThan(3);
  });

  test('no other machine ran, and each line of a run is read', () => {
    const times = (block?.text ?? '').split('\n').filter((line) => /^\d\d:\d\d/.test(line));
    expect(lines).toHaveLength(times.length);
    expect([...new Set(lines.map(({ machine }) => machine))].sort()).toEqual([...ran].sort());
  });

  test.each([
    [
      'provision',
      ['Claim environment', 'Bootstrap backend', 'Publish images', 'Plan and apply', 'Validate environment'],
    ],
    ['validate', ['Run checks', 'Write evidence']],
    ['teardown', ['Take inventory', 'Plan destroy', 'Destroy stack', 'Destroy backend', 'Record teardown']],
    ['sweep', ['First pass', 'Second pass', 'Give verdict']],
  ])('%s: what a run goes through is in it', (machine, states) => {
    expect([...seen(machine)]).toEqual(expect.arrayContaining(states));
  });
});

describe.each(['README.md', 'docs/operating.md'])('%s: the table of the runbook', (document) => {
  const all = new Set(MACHINES.flatMap((machine) => statesOf(definitionOf(machine)).map(([name]) => name)));
  const rows = [...textOf(document).matchAll(/^\| §[^|]*\|([^|]*)\|/gm)].map(([, cell = '']) => cell);

  test('names states that there are', () => {
    expect(rows.length).toBeGreaterThan(10);
    const words = document === 'README.md' ? rows.flatMap((cell) => cell.replaceAll(/[()]/g, ',').split(',')) : [];
    const quoted = rows.flatMap((cell) => [...cell.matchAll(/`([A-Z][^`]+)`/g)].map(([, name = '']) => name));
    const named = [
      ...words.map((word) => word.replace(/^.*: /, '').trim()).filter((word) => /^[A-Z]/.test(word)),
      ...quoted,
    ];
    expect(named.filter((name) => !all.has(name))).toEqual([]);
  });
});

describe('README.md: the job of a commit that is refused', () => {
  const worker = 'order-platform-dev-v3-worker-svc';
  const definition = (revision: number) =>
    `arn:aws:ecs:eu-west-1:123456789012:task-definition/order-platform-dev-v3-worker:${revision}`;
  const primary: Deployment = {
    ...{ id: 'ecs-svc/4815162342', status: 'PRIMARY', rolloutState: 'COMPLETED', taskDefinition: definition(2) },
    ...{ createdAt: 1, updatedAt: 40 },
  };
  const service: EcsService = {
    ...{ name: worker, status: 'ACTIVE', desired: 1, running: 1, pending: 0, deployments: [primary], runningTasks: [] },
    events: [{ at: 40, message: `(service ${worker}) rolling back to deployment ecs-svc/4815162342.` }],
    stopped: [
      {
        ...{ task: 't', stoppedAt: 30, stopCode: 'EssentialContainerExited' },
        ...{ reason: 'Essential container in task exited', containers: ['worker: exit 7'] },
      },
    ],
  };

  test('says what the machine says', async () => {
    const images = { [definition(2)]: ['worker@old'] };
    const refused = rollout([{ service, wanted: ['worker@new'], images }], 10);
    const back = rollout([{ service: { ...service, events: [], stopped: [] }, wanted: ['worker@old'], images }], 10);
    const { 'Roll back': rollback, 'Deployment refused': fail } = definitionOf('deploy').States;
    const request = { commit: 'bad0bad', record: { commit: 'a11900d' } };
    const say = (text: string | undefined, variables: object) =>
      evaluate(/\{%(.*)%\}/s.exec(text ?? '')?.[1] ?? '', JSON.parse(JSON.stringify(variables)));
    const refusal = await say(rollback?.Assign?.refusal, { request, rollout: refused });
    const cause = await say(fail?.Cause, { request, refusal, rollout: back });
    const quoted = [...textOf('README.md').matchAll(/^> (.*)$/gm)].map(([, line]) => line).join(' ');
    expect(quoted).toBe(`DeploymentRefused: ${cause}`);
  });
});

describe('examples/document-intake/README.md: its checks', () => {
  const [shown] = blocksOf('examples/document-intake/README.md').filter(({ language }) => language === '');

  test('print what it shows', async () => {
    const empty = { visible: 0, inFlight: 0, delayed: 0 };
    const document = 'checks/demo-20301124T163000-0c8a2f/mig0x2';
    const clock = [0, 0, 41];
    const announced = JSON.stringify({ Records: [{ s3: { object: { key: document } } }] });
    const nothing = async () => undefined;
    const conclusions = [
      ['Check backend', backend(goodBackend)],
      [
        'Check SQS backlog',
        sqsBacklog({
          queue: Array.from({ length: STEADY_SAMPLES }, (_, at) => ({ at, counts: empty })),
          deadLetters: empty,
        }),
      ],
      [
        'Check document intake',
        await followDocument({ documents_bucket: 'b', work_queue_url: 'q', register_table: 't' }, document, {
          ...{ put: nothing, remove: nothing, take: nothing, giveBack: nothing, forget: nothing },
          receive: async () => [{ body: announced, receipt: 'r' }],
          register: async () => 'TAKEN_IN',
          now: () => clock.shift() ?? 41,
        }),
      ],
    ] as const;
    const lines: string[] = [];
    const renderer = new PlainRenderer((line) => lines.push(line), { timeZone: 'UTC' });
    for (const [name, { status, expected, observed }] of conclusions)
      renderer.event(checked(name, { status, expected, observed } as TimelineEvent['check'] & object));
    expect(shown?.text.trimEnd().split('\n')).toEqual(lines);
  });

  const goodBackend = {
    ...{ bucket: 'b', bucketExists: true, versioning: 'Enabled', encryption: ['AES256'], openToPublic: [] },
    ...{ stateKey: 'stack/terraform.tfstate', stateExists: true },
    ...{ table: 'document-intake-demo-tflock', tableStatus: 'ACTIVE', hashKey: 'LockID' },
  };

  function checked(name: string, check: TimelineEvent['check'] & object): TimelineEvent {
    return {
      execution: { arn: 'a', name: 'e', machine: 'runbook-validate' },
      state: {
        id: 1,
        name,
        kind: 'Task',
        within: [{ id: 0, name: 'Run checks' }],
      } as unknown as TimelineEvent['state'] & object,
      ...{ status: 'succeeded', at: new Date('2030-11-24T16:30:12Z'), durationMs: 2_500, check },
    };
  }
});

describe('fragments of a configuration', () => {
  const fragments = DOCUMENTS.flatMap(blocksOf).filter(
    ({ language, text }) => language === 'ts' && /^\w+: /.test(text),
  );

  test.each(fragments.map((one) => [`${one.document}:${one.line}`, one.text]))('%s is one', (_, text) => {
    const whole = text.replaceAll('arn:aws:kms:…:key/…', 'arn:aws:kms:eu-west-1:123456789012:key/1');
    const fragment = runInNewContext(`({${whole}})`) as Record<string, unknown>;
    const [key = ''] = Object.keys(fragment);
    const values = JSON.parse(JSON.stringify(fragment)) as object;
    const merged =
      key in config || key === 'github'
        ? { ...config, ...values }
        : { ...config, stack: { ...config.stack, ...values } };
    expect(() => parseConfig(merged)).not.toThrow();
  });

  test('are found', () => {
    expect(fragments.length).toBeGreaterThanOrEqual(4);
  });
});

test("docs/pull-requests.md: GitLab's jobs name jobs that there are, and CodeBuild's phases are its own", () => {
  const [gitlab, codebuild] = blocksOf('docs/pull-requests.md')
    .filter(({ language }) => language === 'yaml')
    .map(({ text }) => yaml.parse(text) as Record<string, Record<string, unknown>>);
  for (const job of Object.values(gitlab ?? {})) {
    const stop = (job.environment as { on_stop?: string } | undefined)?.on_stop;
    for (const named of [job.extends, stop]) if (named) expect(Object.keys(gitlab ?? {})).toContain(named);
  }
  // https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
  expect(Object.keys(codebuild ?? {})).toEqual(['version', 'phases']);
  expect(['install', 'pre_build', 'build', 'post_build']).toEqual(
    expect.arrayContaining(Object.keys(codebuild?.phases ?? {})),
  );
});

test('every block of another kind is one that a test reads', () => {
  const read = new Set(['bash', 'yaml', 'mermaid', 'ts']);
  const others = DOCUMENTS.flatMap(blocksOf).filter(({ language }) => !read.has(language));
  expect(others.map(({ document }) => document).sort()).toEqual([
    'docs/a-whole-run.md',
    'examples/document-intake/README.md',
  ]);
});
