import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { zip } from '../../lab/test/support/zip.ts';
import { buildVariables } from '../support/build-variables.ts';
import { FAKE_BACKEND, Script } from './support/script.ts';

/** The stored plan of these builds was applied in part, or was created from another state than the current one. */

const OWN = '11111111-2222';
const FOREIGN = '99999999-of-another-environment';

/**
 * The state has the lineage $PRESENT and two resources. $PLANNED is the stored plan, and $REST is the new plan of what
 * is left.
 */
const FAKE_TERRAFORM = `${FAKE_BACKEND}
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  state) echo '{"lineage":"'"\${PRESENT:-${OWN}}"'","serial":3,"resources":[{"mode":"managed","instances":[{},{}]}]}' ;;
  output) echo '{}' ;;
  show) if [[ $3 == */rest.tfplan ]]; then echo "$REST"; else echo "$PLANNED"; fi ;;
  plan)
    echo "$*" >> "$CALLS"
    for argument in "$@"; do [[ $argument != -out=* ]] || echo "$REST_STATE" | pack-plan "\${argument#-out=}"; done
    exit 2 ;;
  apply)
    echo "$*" >> "$CALLS"
    [[ $* == */rest.tfplan ]] || SAID=$FIRST
    [[ -z \${SAID:-} ]] || { echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"'"$SAID"'","detail":""}}'; exit 1; } ;;
esac`;
/**
 * The stored plan was created from the state $PLANNED_LINEAGE, and the rest from $REST_LINEAGE. With `none`, a plan has
 * no lineage.
 */
const madeFrom = (lineage: string) => (lineage === 'none' ? '{}' : JSON.stringify({ lineage }));
const FOLDER = `s3/${buildVariables.CONTROL_BUCKET}/${buildVariables.RUN_KEY}`;

const STALE = 'Saved plan is stale';
const OTHER_STATE = 'Saved plan does not match the given state';

let script: Script;
afterEach(() => script.remove());

type Entry = [address: string, actions: string[], more?: { deposed?: string; action_reason?: string }];
const plan = (entries: Entry[]) =>
  JSON.stringify({
    resource_changes: entries.map(([address, actions, more]) => ({ address, change: { actions }, ...more })),
  });
async function run(command: 'apply' | 'destroy', variables: Record<string, string>) {
  script = new Script({ terraform: FAKE_TERRAFORM });
  const { PLANNED_LINEAGE = OWN, REST_LINEAGE = OWN, KNOWN } = variables;
  for (const name of ['stack.tfplan', 'destroy.tfplan'])
    script.put(`${FOLDER}/7/${name}`, zip({ tfstate: madeFrom(PLANNED_LINEAGE) }));
  script.put(`${FOLDER}/7/planned.tfvars.json`, '{}');
  if (KNOWN) script.put(`${FOLDER}/stack.lineage`, KNOWN);
  const { calls, ...outcome } = await script.run(['terraform', command], {
    REST_STATE: madeFrom(REST_LINEAGE),
    ...{ FIRST: STALE, DESTROY_PAUSE: '0', PLANNED: plan([]), REST: plan([]), ...variables },
  });
  const applied = calls.flatMap((call) => /^apply .*\/(\w+)\.tfplan$/.exec(call)?.[1] ?? []);
  const keeps = calls.some((call) => /^s3 PUT .*\/stack\.lineage$/.test(call));
  const kept = keeps ? readFileSync(join(script.directory, FOLDER, 'stack.lineage'), 'utf8') : undefined;
  return { ...outcome, kept, applied, planned: calls.filter((call) => call.startsWith('plan ')) };
}

const TAINTED = { action_reason: 'replace_because_tainted' };
const REPLACED = { action_reason: 'replace_because_cannot_update' };
const DEPOSED = { deposed: '01234567' };

describe('what is left of a plan is applied', () => {
  test.each<[string, Entry[], Entry[]]>([
    ['is the same', [['a', ['create']]], [['a', ['create']]]],
    [
      'is less',
      [
        ['a', ['create']],
        ['b', ['update']],
      ],
      [
        ['a', ['no-op']],
        ['b', ['update']],
        ['data.c', ['read']],
      ],
    ],
    ['makes anew what failed while it was made', [['a', ['create']]], [['a', ['delete', 'create'], TAINTED]]],
    ['does that before it deletes', [['a', ['create']]], [['a', ['create', 'delete'], TAINTED]]],
    ['is the second half of a replacement', [['a', ['delete', 'create'], REPLACED]], [['a', ['create']]]],
    [
      'is the deletion of what was replaced',
      [['a', ['create', 'delete'], REPLACED]],
      [
        ['a', ['no-op']],
        ['a', ['delete'], DEPOSED],
      ],
    ],
    ['makes a replacement anew', [['a', ['delete', 'create'], REPLACED]], [['a', ['delete', 'create'], TAINTED]]],
    ['deletes what was left over before, too', [['a', ['delete'], DEPOSED]], [['a', ['delete'], DEPOSED]]],
  ])('when it %s', async (_, planned, rest) => {
    const { status, output, applied } = await run('apply', { PLANNED: plan(planned), REST: plan(rest) });
    expect(status, output).toBe(0);
    expect(applied).toEqual(['stack', 'rest']);
  });
});

describe('what is left of a plan is refused', () => {
  const at = 'aws_db_instance.main';
  test.each<[string, Entry[], Entry[], string]>([
    [
      'replaces what was to be updated',
      [[at, ['update']]],
      [[at, ['delete', 'create'], REPLACED]],
      'update was planned, now delete, create',
    ],
    [
      'replaces, tainted, what was to be updated',
      [[at, ['update']]],
      [[at, ['delete', 'create'], TAINTED]],
      'update was planned, now delete, create',
    ],
    ['deletes what was to be updated', [[at, ['update']]], [[at, ['delete']]], 'update was planned, now delete'],
    ['forgets what was to be updated', [[at, ['update']]], [[at, ['forget']]], 'update was planned, now forget'],
    ['makes what was to be updated', [[at, ['update']]], [[at, ['create']]], 'update was planned, now create'],
    ['deletes what was to be made', [[at, ['create']]], [[at, ['delete']]], 'create was planned, now delete'],
    ['forgets what was to be made', [[at, ['create']]], [[at, ['forget']]], 'create was planned, now forget'],
    ['updates what was to be made', [[at, ['create']]], [[at, ['update']]], 'create was planned, now update'],
    [
      'replaces what was made, and is whole',
      [[at, ['create']]],
      [[at, ['delete', 'create'], REPLACED]],
      'create was planned, now delete, create',
    ],
    [
      'only deletes what was to be replaced',
      [[at, ['delete', 'create'], REPLACED]],
      [[at, ['delete']]],
      'delete, create was planned, now delete',
    ],
    [
      'updates what was to be replaced',
      [[at, ['delete', 'create'], REPLACED]],
      [[at, ['update']]],
      'delete, create was planned, now update',
    ],
    [
      'replaces what was to be deleted',
      [[at, ['delete']]],
      [[at, ['delete', 'create'], REPLACED]],
      'delete was planned, now delete, create',
    ],
    ['forgets what was to be deleted', [[at, ['delete']]], [[at, ['forget']]], 'delete was planned, now forget'],
    [
      'deletes what an update has no part in',
      [[at, ['update']]],
      [[at, ['delete'], DEPOSED]],
      'update was planned, now delete',
    ],
    ['changes what was to be left', [[at, ['no-op']]], [[at, ['update']]], 'nothing was planned, now update'],
    ['changes what was to be read', [[at, ['read']]], [[at, ['delete']]], 'nothing was planned, now delete'],
    ['changes what the plan does not have', [], [[at, ['create']]], 'nothing was planned, now create'],
  ])('when it %s', async (_, planned, rest, why) => {
    const kept: Entry = ['aws_sqs_queue.q', ['create']];
    const { status, output, applied } = await run('apply', {
      ...{ PLANNED: plan([kept, ...planned]), REST: plan([kept, ...rest]) },
    });
    expect(output).toContain(`ERROR: what is left would change more than was planned: ${at} (${why})\n`);
    expect(status).toBe(1);
    expect(applied).toEqual(['stack']);
  });

  test.each<[string, string[]]>([
    ['replaces', ['delete', 'create']],
    ['forgets', ['forget']],
    ['makes', ['create']],
    ['updates', ['update']],
  ])('when a destroy %s something, whatever was planned', async (_, actions) => {
    const { status, output, applied } = await run('destroy', {
      PLANNED: plan([[at, actions]]),
      REST: plan([[at, actions]]),
    });
    expect(output).toContain(
      `${at} (${actions.join(', ')} was planned, now ${actions.join(', ')}: a destroy only deletes)`,
    );
    expect(status).toBe(1);
    expect(applied).toEqual(['destroy']);
  });

  test('when it cannot be read', async () => {
    const { status, applied } = await run('apply', { PLANNED: plan([[at, ['update']]]), REST: '{' });
    expect(status).toBe(1);
    expect(applied).toEqual(['stack']);
  });
});

/** A person approved the plan with its values. A data source may answer differently when the rest is planned. */
describe('what is left of a plan has the values that were planned', () => {
  const at = 'module.m["k"].aws_iam_policy.task["api"]';
  type Change = { actions: string[]; before?: object; after: object; after_unknown?: object };
  const valued = (change: Change, ...more: object[]) =>
    JSON.stringify({
      resource_changes: [{ address: at, change }, ...more],
      configuration: {
        root_module: {
          module_calls: {
            m: {
              module: {
                resources: [{ address: 'aws_iam_policy.task', expressions: { policy: {}, tags: {}, ids: {} } }],
              },
            },
          },
        },
      },
    });
  const narrow = { policy: '{"Action":"sqs:SendMessage"}', tags: { a: '1' }, arn: 'arn:1' };

  test.each<[string, Change, Change]>([
    [
      'another policy where it updates',
      { actions: ['update'], after: narrow },
      { actions: ['update'], after: { ...narrow, policy: '{"Action":"*"}' } },
    ],
    [
      'another policy where it creates',
      { actions: ['create'], after: narrow, after_unknown: { arn: true } },
      { actions: ['create'], after: { ...narrow, policy: '{"Action":"*"}' } },
    ],
    [
      'another policy where it makes anew what failed',
      { actions: ['create'], after: narrow },
      { actions: ['delete', 'create'], after: { ...narrow, policy: '{"Action":"*"}' }, ...TAINTED } as Change,
    ],
    [
      'a policy that is not known any more',
      { actions: ['update'], after: narrow },
      { actions: ['update'], after: { tags: narrow.tags }, after_unknown: { policy: true } },
    ],
  ])('and is refused with %s', async (_, planned, rest) => {
    const { action_reason, ...change } = rest as Change & { action_reason?: string };
    const REST = JSON.parse(valued(change));
    REST.resource_changes[0].action_reason = action_reason;
    const { status, output, applied } = await run('apply', { PLANNED: valued(planned), REST: JSON.stringify(REST) });
    expect(output).toContain(
      `ERROR: what is left would change more than was planned: ${at} (policy: not as it was planned)`,
    );
    expect(output).not.toContain('sqs:SendMessage');
    expect(status).toBe(1);
    expect(applied).toEqual(['stack']);
  });

  test.each<[string, Change, Change]>([
    ['the same values', { actions: ['update'], after: narrow }, { actions: ['update'], after: narrow }],
    [
      'a value that was not known',
      { actions: ['create'], after: { tags: narrow.tags }, after_unknown: { policy: true, arn: true } },
      { actions: ['create'], after: narrow },
    ],
    [
      'a list whose items were not all known',
      { actions: ['create'], after: { ids: [null, 'b'] }, after_unknown: { ids: [true, false] } },
      { actions: ['create'], after: { ids: ['b', 'c'] } },
    ],
    [
      'what AWS chooses, and the configuration does not',
      { actions: ['update'], before: { arn: 'arn:1' }, after: narrow },
      { actions: ['update'], before: { arn: 'arn:2' }, after: { ...narrow, arn: 'arn:2' } },
    ],
  ])('and is applied with %s', async (_, planned, rest) => {
    const { status, output, applied } = await run('apply', { PLANNED: valued(planned), REST: valued(rest) });
    expect(status, output).toBe(0);
    expect(applied).toEqual(['stack', 'rest']);
  });
});

describe('a plan that was made from no state', () => {
  const variables = { PLANNED_LINEAGE: '', PLANNED: plan([['a', ['create']]]), REST: plan([['a', ['create']]]) };

  test('keeps the lineage of the state that its apply has made, also when that fails', async () => {
    for (const FIRST of ['', 'denied']) {
      const { status, kept } = await run('apply', { ...variables, FIRST });
      expect(status).toBe(FIRST === '' ? 0 : 1);
      expect(kept).toBe(OWN);
      script.remove();
    }
  });

  test('is taken up where it failed', async () => {
    const { status, output, applied } = await run('apply', { ...variables, KNOWN: OWN });
    expect(status, output).toBe(0);
    expect(applied).toEqual(['stack', 'rest']);
  });

  test.each(['', FOREIGN])(
    'is not taken up in a state that it is not known to have made: known is "%s"',
    async (KNOWN) => {
      const { status, output, applied, kept } = await run('apply', { ...variables, KNOWN });
      expect(output).toContain(`has lineage ${OWN}, stack.tfplan was made from ${KNOWN || '(none)'}`);
      expect(status).toBe(1);
      expect(applied).toEqual(['stack']);
      expect(kept).toBeUndefined();
    },
  );
});

describe('a state of another lineage', () => {
  const both = plan([
    ['aws_vpc.main', ['delete']],
    ['aws_db_instance.main', ['delete']],
  ]);
  const less = plan([['aws_db_instance.main', ['delete']]]);

  test('is not what a destroy applies anything to', async () => {
    const { status, output, applied, planned } = await run('destroy', { PRESENT: FOREIGN, PLANNED: both, REST: less });
    expect(output).toContain(`has lineage ${FOREIGN}, destroy.tfplan was made from ${OWN}: somebody has replaced it`);
    expect(status).toBe(1);
    expect({ applied, planned }).toEqual({ applied: [], planned: [] });
  });

  test.each(['apply', 'destroy'] as const)('that %s finds is never planned on', async (command) => {
    const { status, output, applied, planned } = await run(command, { FIRST: OTHER_STATE, PLANNED: both, REST: less });
    expect(output).toContain('was made from another state than the one that is there');
    expect(status).toBe(1);
    expect({ applied: applied.length, planned }).toEqual({ applied: 1, planned: [] });
  });

  test.each(['apply', 'destroy'] as const)(
    'that takes the place of the right one during %s is not applied to',
    async (command) => {
      const { status, output, applied } = await run(command, { REST_LINEAGE: FOREIGN, PLANNED: both, REST: less });
      expect(output).toContain(`has lineage ${FOREIGN}, `);
      expect(status).toBe(1);
      expect(applied).toHaveLength(1);
    },
  );

  test('that takes its place after what is left was planned ends a destroy', async () => {
    const { status, output, applied } = await run('destroy', { PLANNED: both, REST: less, SAID: OTHER_STATE });
    expect(output).toContain('was made from another state than the one that is there');
    expect(status).toBe(1);
    expect(applied).toEqual(['destroy', 'rest']);
  });

  test.each(['apply', 'destroy'] as const)(
    'is not ruled out when a plan of %s does not say which it was made from',
    async (command) => {
      const { status, output, applied } = await run(command, {
        PLANNED_LINEAGE: 'none',
        REST_LINEAGE: 'none',
        PLANNED: both,
        REST: less,
      });
      expect(output).toContain('does not say which state it was made from');
      expect(status).toBe(1);
      expect(applied).not.toContain('rest');
    },
  );

  test('is none of the two when nothing differs', async () => {
    const { status, output, applied } = await run('destroy', { PLANNED: both, REST: less });
    expect(status, output).toBe(0);
    expect(applied).toEqual(['destroy', 'rest']);
  });
});
