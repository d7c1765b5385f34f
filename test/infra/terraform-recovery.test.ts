import { existsSync, readFileSync, rmSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { zip } from '../../lab/test/support/zip.ts';
import { buildVariables } from '../support/build-variables.ts';
import { type Answers, AwsError } from './support/fake-aws.ts';
import { FAKE_BACKEND, NEW_REPOSITORY, Script } from './support/script.ts';

/**
 * The state is in the file $ROOT/present, and a push writes to it. Locks are refused while the file $ROOT/locked
 * exists.
 */
const FAKE_TERRAFORM = `${FAKE_BACKEND}
echo "$*" >> "$CALLS"
refuse() { [[ ! -e $ROOT/locked ]] || { echo "$1"; exit 1; }; }
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  init)
    if [[ -e $ROOT/mismatch ]]; then
      rm "$ROOT/mismatch"
      echo "Error refreshing state: state data in S3 does not have the"
      echo "expected content."
      exit 1
    fi ;;
  state)
    if [[ $2 == pull ]]; then eval "\${PULL:-}"; cat "$ROOT/present" 2>/dev/null || true
    else refuse 'Error acquiring the state lock'; cp "\${@: -1}" "$ROOT/present"; fi ;;
  show) echo "$PLANNED" ;;
  plan)
    refuse '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Error acquiring the state lock","detail":""}}'
    # A plan is made from the state that is there.
    for argument in "$@"; do
      [[ $argument != -out=* ]] || { if [[ -s $ROOT/present ]]; then cat "$ROOT/present"; else echo '{"lineage": ""}'; fi; } | pack-plan "\${argument#-out=}"
    done
    eval "\${ON_PLAN:-}"
    echo '{"type":"change_summary","@message":"Plan","changes":{"add":0,"change":0,"remove":3}}'
    exit 2 ;;
  apply) eval "\${ON_APPLY:-}" ;;
esac`;

/** DynamoDB has a table with one lock. CodeBuild answers with the status of a build. */
const answers: Answers = ({ call }, { BUILD_STATUS: buildStatus }) => {
  const item = join(script.directory, 'item');
  switch (call) {
    case 'dynamodb GetItem':
      return existsSync(item) ? JSON.parse(readFileSync(item, 'utf8')) : {};
    case 'dynamodb DeleteItem':
      for (const path of [item, join(script.directory, 'locked')]) rmSync(path, { force: true });
      return {};
    case 'codebuild BatchGetBuilds':
      return { builds: [{ buildStatus, endTime: Date.parse('2030-01-31T11:00:00Z') / 1000 }] };
  }
  throw new AwsError(`nothing answers ${call}`);
};

const WHO = `${userInfo().username}@${hostname()}`;
const { CONTROL_BUCKET, RUN_KEY, STATE_BUCKET, STATE_KEY } = buildVariables as Record<string, string>;
const FOLDER = `${CONTROL_BUCKET}/${RUN_KEY}`;

let script: Script;
beforeEach(() => {
  script = new Script({ terraform: FAKE_TERRAFORM }, answers);
});
afterEach(() => script.remove());

/** The plan of each command makes these changes, in agreement with the summary of the stand-in. */
const PLANNED: Readonly<Record<string, string>> = {
  repositories: NEW_REPOSITORY,
  destroy: JSON.stringify({
    resource_changes: ['a', 'b', 'c'].map((address) => ({ address, change: { actions: ['delete'] } })),
  }),
};
const run = (command: string, variables: Record<string, string> = {}) =>
  script.run(['terraform', command], {
    ...{ ROOT: script.directory, BUILD_STATUS: 'FAILED', PROJECT: 'order-platform' },
    ...{ PLANNED: PLANNED[command] ?? '{}', ...variables },
  });
const put = (path: string, value: unknown) =>
  script.put(path, typeof value === 'string' || value instanceof Buffer ? value : JSON.stringify(value));
const has = (path: string) => existsSync(join(script.directory, path));
const state = (serial: number, lineage = 'one', resources: unknown[] = []) => ({
  version: 4,
  serial,
  lineage,
  resources,
});

test('repositories that are there keep the tags of what was applied last, for a plan to change', async () => {
  const ON_PLAN = `for one in "$@"; do [[ $one != -var-file=* ]] || cp "\${one#-var-file=}" "$ROOT/used"; done`;
  const owner = () => (JSON.parse(readFileSync(join(script.directory, 'used'), 'utf8')) as { owner: string }).owner;
  expect((await run('repositories', { ON_PLAN })).status).toBe(0);
  expect(owner()).toBe(buildVariables.OWNER);

  put(`s3/${FOLDER}/stack.auto.tfvars.json`, { owner: 'who applied last' });
  expect((await run('repositories', { ON_PLAN })).status).toBe(0);
  expect(owner()).toBe('who applied last');
});

describe('the state that a plan is made from', () => {
  const kept = `s3/${FOLDER}/stack.lineage`;
  const destroyed = `s3/${FOLDER}/stack.destroyed`;
  const lineage = () => readFileSync(join(script.directory, kept), 'utf8');

  test('is on record with the plan, and another one is not planned on', async () => {
    put('present', state(3));
    expect((await run('plan')).status).toBe(0);
    expect(lineage()).toBe('one');

    put('present', state(1, 'two'));
    const replaced = await run('plan');
    expect(replaced.status).toBe(1);
    expect(replaced.output).toContain('has lineage two, the last plan of dev-20300131T100000-abcdef was made from one');
    expect(lineage()).toBe('one');
  });

  describe('in an older version than the last apply wrote', () => {
    const applied = async () => {
      put('present', state(7));
      const { status, calls } = await run('repositories');
      expect(status).toBe(0);
      return calls.length;
    };

    test.each(['repositories', 'plan', 'destroy-plan'])('is not worked on by %s', async (command) => {
      const before = await applied();
      put('present', state(5));
      const { status, output, calls } = await run(command);
      expect(status).toBe(1);
      expect(output).toContain('has serial 5, and the last apply wrote 7: somebody has put an older version back');
      expect(calls.slice(before).filter((call) => call.startsWith('apply'))).toEqual([]);
    });

    test.each<[string, object]>([
      ['the same', state(7)],
      ['a later one', state(8)],
      ['one of another lineage', state(1, 'two')],
    ])('is none: %s', async (_, present) => {
      await applied();
      rmSync(join(script.directory, kept), { force: true });
      put('present', present);
      const { output } = await run('plan');
      expect(output).not.toContain('older version');
    });
  });

  test('may be a new one when a teardown has taken the old one', async () => {
    put(kept, 'one');
    put('present', state(3));
    expect((await run('repositories')).status).toBe(0);
    expect(lineage()).toBe('one');

    put('present', '');
    put(destroyed, 'one');
    expect((await run('repositories')).status).toBe(0);
    expect(lineage()).toBe('');
    put('present', state(1, 'two'));
    expect((await run('plan')).status).toBe(0);
    expect(lineage()).toBe('two');
  });

  test('may be a new one after a teardown also for a stack without images, whose first plan is the whole one', async () => {
    put(kept, 'one');
    put('present', '');
    put(destroyed, 'one');
    const { status, output } = await run('plan', { IMAGES: '[]' });
    expect(status, output).toBe(0);
    expect(lineage()).toBe('');
  });

  test.each([
    ['repositories', undefined],
    ['plan', undefined],
    ['repositories', 'two'],
    ['plan', ''],
  ])('is not forgotten by %s where the destroy that has begun is that of %j', async (command, noted) => {
    put(kept, 'one');
    put('present', '');
    // A dry run of a teardown writes this list, too.
    put(`s3/${FOLDER}/inventory.json`, []);
    if (noted !== undefined) put(destroyed, noted);
    const { status, output } = await run(command);
    expect(status).toBe(1);
    expect(output).toMatch(/ERROR: .*s3:\/\/.* is not there.*one.*versions/);
    expect(lineage()).toBe('one');
  });
});

test('a state that cannot be read is not taken for one that a teardown has taken', async () => {
  put(`s3/${FOLDER}/stack.lineage`, 'one');
  const { status, output } = await run('repositories', { PULL: 'exit 1' });
  expect(output).toContain('ERROR: the present state could not be read');
  expect(status).toBe(1);
  expect(readFileSync(join(script.directory, `s3/${FOLDER}/stack.lineage`), 'utf8')).toBe('one');
});

describe('a state that could not be written', () => {
  const errored = `s3/${FOLDER}/errored.tfstate`;

  test('is saved, and pushed by the next build, and by no other', async () => {
    const first = await run('repositories', {
      ON_APPLY: `echo '${JSON.stringify(state(4))}' > errored.tfstate; exit 1`,
    });
    expect(first.status).toBe(1);
    expect(has(errored)).toBe(true);
    put('present', state(3));

    const second = await run('destroy-plan');
    expect(second.output).toContain('the state that an earlier build could not write, serial 4, is pushed');
    expect(second.status).toBe(0);
    expect(JSON.parse(readFileSync(join(script.directory, 'present'), 'utf8'))).toEqual(state(4));
    expect(has(errored)).toBe(false);
    expect(has(`s3/${FOLDER}/pushed/4-errored.tfstate`)).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['that it has no lineage', state(0, '')],
  ])('is the first that there is: of the present one terraform says %s', async (_, present) => {
    put(errored, state(1));
    put('present', present);
    expect((await run('destroy-plan')).status).toBe(0);
    expect(JSON.parse(readFileSync(join(script.directory, 'present'), 'utf8'))).toEqual(state(1));
  });

  test('of the backend is kept apart from the stack’s', async () => {
    await run('bootstrap', { ON_APPLY: `echo '${JSON.stringify(state(4))}' > errored.tfstate; exit 1` });
    expect(has(`s3/${FOLDER}/errored-bootstrap.tfstate`)).toBe(true);
    await run('destroy-plan');
    expect(has('present')).toBe(false);
  });

  test('that was pushed, and only not filed away, is filed away', async () => {
    put(errored, state(4));
    put('present', state(4));
    expect((await run('destroy-plan')).status).toBe(0);
    expect(has(errored)).toBe(false);
  });

  test.each([
    ['of another lineage', state(9, 'two'), /has lineage one, the present state two: it is not pushed/],
    ['that came before the present one', state(7), /has serial 4, the present state 7: it is not pushed/],
    [
      'with the number of the present one',
      state(4, 'one', [{}]),
      /has serial 4, the present state 4: it is not pushed/,
    ],
  ])('%s is refused, with both numbers', async (_, present, message) => {
    put(errored, state(4));
    put('present', present);
    const { status, output } = await run('destroy-plan');
    expect(output).toMatch(message);
    expect(status).toBe(1);
    expect(has(errored)).toBe(true);
  });

  test('is not taken for none when it cannot be looked for', async () => {
    const { status, output } = await run('destroy-plan', { S3_DENIED: 'yes' });
    expect(output).toContain('could not be searched for a state');
    expect(status).toBe(1);
  });
});

test('a checksum that a killed build left behind its state is removed', async () => {
  put('mismatch', '');
  const { status, output, calls } = await run('destroy-plan');
  expect(output).toContain('the old checksum is removed');
  expect(status).toBe(0);
  expect(calls.find((call) => call.includes('dynamodb DeleteItem'))).toContain(`${STATE_BUCKET}/${STATE_KEY}-md5`);
});

describe('a lock that is held', () => {
  const lock = { ID: 'l-1', Who: WHO, Operation: 'OperationTypeApply', Created: '2030-01-31T10:30:00.5Z', Info: '' };
  const builder = { build: 'runbook-terraform:b-1', who: WHO, command: 'apply', at: '2030-01-31T10:29:00Z' };
  const lockFile = `s3/${STATE_BUCKET}/${STATE_KEY}.tflock`;
  const held = (by: object = lock) => {
    put('locked', '');
    put(lockFile, by);
    put('item', { Item: { Info: { S: JSON.stringify(by) } } });
  };

  test('by a build that is over is released, and that is reported', async () => {
    held();
    put(`s3/${FOLDER}/builders/1.json`, builder);
    const { status, output, exports } = await run('destroy-plan');
    expect(output).toContain(`released lock l-1 (OperationTypeApply) of ${WHO} since ${lock.Created}`);
    expect(output).toContain('build runbook-terraform:b-1, FAILED');
    expect(status).toBe(0);
    expect(exports).toContain('RELEASED_LOCK=');
    expect([has(lockFile), has('item')]).toEqual([false, false]);
  });

  test('only in the table is released too', async () => {
    put('locked', '');
    put('item', { Item: { Info: { S: JSON.stringify(lock) } } });
    put(`s3/${FOLDER}/builders/1.json`, builder);
    expect((await run('destroy-plan')).status).toBe(0);
    expect(has('item')).toBe(false);
  });

  test('in the way of a saved state is released', async () => {
    held();
    put(`s3/${FOLDER}/builders/1.json`, builder);
    put(`s3/${FOLDER}/errored.tfstate`, state(4));
    expect((await run('destroy-plan')).status).toBe(0);
    expect(has('present')).toBe(true);
  });

  test.each([
    ['a person', { ...lock, Who: 'ada@laptop' }, {}, /locked by ada@laptop since .*no build of .* took it/],
    [
      'someone on that machine before any build',
      { ...lock, Created: '2020-01-31T10:00:00Z' },
      {},
      /no build of .* took it/,
    ],
    [
      'a build that is not over',
      lock,
      { BUILD_STATUS: 'IN_PROGRESS' },
      /that of build runbook-terraform:b-1, which is IN_PROGRESS/,
    ],
    ['a build that nobody knows', lock, { BUILD_STATUS: 'null' }, /which is null/],
  ])('by %s is not released', async (_, by, variables, message) => {
    held(by);
    put(`s3/${FOLDER}/builders/1.json`, builder);
    const { status, output } = await run('destroy-plan', variables);
    expect(output).toMatch(message);
    expect(output).toContain('terraform force-unlock l-1');
    expect(status).toBe(1);
    expect([has(lockFile), has('item')]).toEqual([true, true]);
  });

  test('later can be recognized as one of a build, because each notes where it runs', async () => {
    await run('destroy-plan', { CODEBUILD_BUILD_ID: 'runbook-terraform:b-2' });
    const noted = JSON.parse(
      readFileSync(join(script.directory, `s3/${FOLDER}/builders/runbook-terraform-b-2.json`), 'utf8'),
    );
    expect(noted).toMatchObject({ build: 'runbook-terraform:b-2', who: WHO, command: 'destroy-plan' });
  });
});

describe('a destroy that fails', () => {
  const DESTROY_PLAN = zip({ tfstate: JSON.stringify(state(1)) });
  const change = (address: string) => ({ address, change: { actions: ['delete'] } });
  const PLANNED = JSON.stringify({ resource_changes: ['a', 'b', 'c'].map(change) });
  /** Each apply leaves as many resources as the next line of the file says. An apply that leaves none succeeds. */
  const failing = (...left: number[]) => {
    put('left', left.map((count) => `${count}\n`).join(''));
    put('present', state(1));
    put(`s3/${FOLDER}/7/destroy.tfplan`, DESTROY_PLAN);
    const resources = (count: string) => `{"mode":"managed","type":"aws_subnet","name":"a","instances":[${count}]}`;
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: an expansion of bash
    return `
      count=$(head -n 1 $ROOT/left); sed -i 1d $ROOT/left
      instances=$(printf '{},%.0s' $(seq 1 $count)); [[ $count != 0 ]] || instances=
      echo '{"version":4,"serial":1,"lineage":"one","resources":[${resources('\'"${instances%,}"\'')}]}' > $ROOT/present
      [[ $count == 0 ]] || { echo '{"diagnostic":{"severity":"error","summary":"in use","detail":"eni-1"}}'; exit 1; }`;
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: an expansion of bash
  };

  test('goes on while it leaves less', async () => {
    const { status, output } = await run('destroy', { PLANNED, ON_APPLY: failing(2, 1, 0), DESTROY_PAUSE: '0' });
    expect(output).toContain('with 2 of 3 resources left');
    expect(output).toContain('with 1 of 2 resources left');
    expect(status).toBe(0);
  });

  const noted = `s3/${FOLDER}/stack.destroyed`;

  test('is on record from the moment at which it begins', async () => {
    await run('destroy', { PLANNED, ON_APPLY: failing(2, 2, 0), DESTROY_PAUSE: '0' });
    expect(readFileSync(join(script.directory, noted), 'utf8')).toBe('one');
  });

  test('is not on record when it may not begin', async () => {
    const { status } = await run('destroy', { PLANNED, ON_APPLY: failing(0), REFUSAL: 'it was taken over', LOST: '2' });
    expect(status).not.toBe(0);
    expect(has(noted)).toBe(false);
  });

  test('is none any more once something is applied', async () => {
    put(noted, 'one');
    put('present', state(1));
    expect((await run('repositories')).status).toBe(0);
    expect(readFileSync(join(script.directory, noted), 'utf8')).toBe('');
  });

  test('stops with the reason when it does not', async () => {
    const { status, output } = await run('destroy', { PLANNED, ON_APPLY: failing(2, 2, 0), DESTROY_PAUSE: '0' });
    expect(output).toMatch(/ERROR: the destroy is stuck: 2 resources are left.* terraform: in use eni-1/);
    expect(status).toBe(1);
  });

  /** Terraform begins to delete two resources and fails to delete one. */
  const held = (elapsed = 30) =>
    [
      ...[
        ['aws_subnet.a', 'aws_subnet', 'subnet-1'],
        ['aws_queue.b', 'aws_queue', 'q'],
      ].map(([addr, resource_type, id_value]) => ({
        type: 'apply_start',
        hook: { resource: { addr, resource_type }, action: 'delete', id_key: 'id', id_value },
      })),
      {
        type: 'apply_progress',
        hook: { resource: { addr: 'aws_subnet.a' }, action: 'delete', elapsed_seconds: elapsed },
      },
      { type: 'apply_complete', hook: { resource: { addr: 'aws_queue.b' }, action: 'delete' } },
    ]
      .map((line) => `echo '${JSON.stringify({ '@message': '', ...line })}'`)
      .join('\n');
  /** Terraform 1.11 reports an error of a destroy without an address. */
  const errored = (addr: string, summary: string) =>
    [
      { type: 'apply_errored', hook: { resource: { addr }, action: 'delete', elapsed_seconds: 1 } },
      { type: 'diagnostic', diagnostic: { severity: 'error', summary, detail: '' } },
    ]
      .map((line) => `echo '${JSON.stringify({ '@message': '', ...line })}'`)
      .join('\n');
  const IN_USE = 'deleting EC2 Subnet (subnet-1): in use';
  const failed = `${errored('aws_subnet.a', IN_USE)}\nexit 1`;
  const answer = (kind: string) =>
    JSON.stringify({
      blockers: [{ address: 'aws_subnet.a', id: 'subnet-1', kind, why: "used by eni-1 (it's). Next: aws x" }],
    });
  const subnet = { address: 'aws_subnet.a', type: 'aws_subnet', id: 'subnet-1' };
  const destroy = (apply: string, variables: Record<string, string> = {}) => {
    put(`s3/${FOLDER}/7/destroy.tfplan`, DESTROY_PLAN);
    put('present', state(1, 'one', [{ mode: 'managed', type: 'aws_subnet', name: 'a', instances: [{}] }]));
    return run('destroy', { PLANNED, ON_APPLY: apply, DESTROY_PAUSE: '0', WATCH_PAUSE: '0.1', ...variables });
  };
  const questions = (calls: readonly string[]) =>
    calls.filter((call) => call.startsWith('blockers ')).map((call) => JSON.parse(call.slice(9)) as unknown);

  test.each(['stays', 'managed'])(
    'is not tried again for what %s, and the cause names who is in the way',
    async (kind) => {
      const { status, output, calls, exports } = await destroy(`${held()}\n${failed}`, {
        BLOCKERS_ANSWER: answer(kind),
      });
      expect(status).toBe(1);
      expect(calls.filter((call) => call.startsWith('apply'))).toHaveLength(1);
      const { ENVIRONMENT: environment, PREFIX: prefix } = buildVariables;
      expect(questions(calls)).toEqual([{ environment, prefix, resources: [{ ...subnet, error: `${IN_USE} ` }] }]);
      const why =
        "aws_subnet.a (subnet-1): used by eni-1 (it's). Next: aws x. aws_subnet.a: deleting EC2 Subnet (subnet-1): in use";
      expect(output).toContain(
        `ERROR: the destroy does not go on: 1 resources are left, and nothing that is in the way passes with time. ${why}`,
      );
      const [exported] = exports.split('\n').filter((line) => line.startsWith('FAILURE='));
      expect(exported?.replaceAll('\\', '')).toContain(why);
    },
  );

  test.each([
    ['passes', answer('passes')],
    ['nobody is known to use', '{"blockers":[]}'],
    ['could not be asked for', '{"errorMessage":"x"}'],
    ['was not answered', ''],
  ])('is tried again for what %s', async (_, BLOCKERS_ANSWER) => {
    const { calls, output } = await destroy(`${held()}\n${failed}`, { BLOCKERS_ANSWER });
    expect(calls.filter((call) => call.startsWith('apply'))).toHaveLength(2);
    expect(output).toContain('the destroy is stuck');
  });

  test('is tried again while something else has failed too', async () => {
    const other = errored('aws_queue.b', 'deleting SQS Queue (q): throttled');
    const { calls } = await destroy(`${held()}\n${other}\n${failed}`, { BLOCKERS_ANSWER: answer('stays') });
    expect(calls.filter((call) => call.startsWith('apply'))).toHaveLength(2);
  });

  test.each<[string, [addr: string, summary: string][], (string | undefined)[]]>([
    [
      'its id in the error',
      [
        ['aws_subnet.a', IN_USE],
        ['aws_queue.b', 'deleting SQS Queue (q): denied'],
      ],
      [`${IN_USE} `, 'deleting SQS Queue (q): denied '],
    ],
    [
      'being the only one that is left, as a database is, whose error has another id',
      [
        ['aws_queue.b', 'deleting RDS DB Instance (q-db): protected'],
        ['aws_subnet.a', IN_USE],
      ],
      [`${IN_USE} `, 'deleting RDS DB Instance (q-db): protected '],
    ],
    [
      'nothing, where two may be meant',
      [
        ['aws_queue.b', 'deleting something: denied'],
        ['aws_subnet.a', 'deleting something else: denied'],
      ],
      ['', ''],
    ],
  ])('knows what an error is about by %s', async (_, errors, told) => {
    const lines = errors.map(([addr, summary]) => errored(addr, summary)).join('\n');
    const { calls } = await destroy(`${held()}\n${lines}\nexit 1`, { BLOCKERS_ANSWER: '{"blockers":[]}' });
    const [asked] = questions(calls) as { resources: { address: string; error: string }[] }[];
    expect(asked?.resources.map(({ address, error }) => [address, error])).toEqual([
      ['aws_queue.b', told[1]],
      ['aws_subnet.a', told[0]],
    ]);
  });

  test('of the backend hands on why', async () => {
    const { status, exports } = await run('destroy-backend', { ON_APPLY: failed });
    expect(status).toBe(1);
    expect(exports).toMatch(/^FAILURE=the.*backend.*subnet-1/m);
  });

  test('after three minutes of waiting for one resource says once who uses it, and does not ask about others', async () => {
    const { status, calls, output } = await destroy(`${held(180)}\nsleep 1.5`, { BLOCKERS_ANSWER: answer('stays') });
    expect(output.match(/not deleted in 3 minutes: aws_subnet.a \(subnet-1\): used by eni-1/g)).toHaveLength(1);
    expect(questions(calls)).toEqual([expect.objectContaining({ resources: [subnet] })]);
    expect(status).toBe(0);
  });
});
