import { afterEach, expect, test } from 'vitest';
import { zip } from '../../lab/test/support/zip.ts';
import { buildVariables } from '../support/build-variables.ts';
import { FAKE_BACKEND, Script } from './support/script.ts';

/**
 * Another environment has imported a resource and tags it as its own. The table of cases is in
 * test/unit/builds/handed-over.test.ts.
 */

const FAKE_TERRAFORM = `${FAKE_BACKEND}
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  state) echo "$WRITTEN" ;;
  show) echo "$DELETION" ;;
  apply)
    echo "$*" >> "$CALLS"
    [[ $* == */rest.tfplan ]] || { echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Saved plan is stale","detail":""}}'; exit 1; } ;;
  plan)
    for argument in "$@"; do [[ $argument != -out=* ]] || echo "$IS" | pack-plan "\${argument#-out=}" "$WRITTEN"; done
    echo '{"type":"change_summary","@message":"Plan","changes":{"add":0,"change":0,"remove":2}}'
    exit 2 ;;
esac`;

let script: Script;
afterEach(() => script.remove());

const state = (environment: string) =>
  JSON.stringify({
    lineage: '1',
    resources: [
      {
        ...{ mode: 'managed', type: 'aws_sqs_queue', name: 'orders' },
        instances: [{ attributes: { tags_all: { project: 'order-platform', environment } } }],
      },
    ],
  });

test.each([
  ['is as it was written', 'dev', 0],
  ['has got another owner since', 'live', 1],
])('what %s', async (_, is, expected) => {
  script = new Script({ terraform: FAKE_TERRAFORM });
  const variables = { PROJECT: 'order-platform', WRITTEN: state('dev'), IS: state(is) };
  const { status, output, calls } = await script.run(['terraform', 'destroy-plan'], variables);
  expect(status, output).toBe(expected);
  expect(calls.filter((call) => call.includes('destroy.tfplan'))).toHaveLength(expected === 0 ? 1 : 0);
  if (expected === 0) return;
  expect(output).toContain(
    "ERROR: nothing is destroyed, since it is another owner's by now: aws_sqs_queue.orders is tagged environment=live.",
  );
  expect(output).toContain('terraform state rm');
});

/** A new plan is checked again, because the state has moved since the plan, or because the plan is of another day. */
test.each([
  ['is as it was written', 'dev', new Date().toISOString(), ['destroy', 'rest']],
  ['has got another owner since the state has moved', 'live', new Date().toISOString(), ['destroy']],
  ['is as it was written, a day after the plan', 'dev', '2026-01-30T12:00:00Z', ['rest']],
  ['has got another owner on the day after the plan', 'live', '2026-01-30T12:00:00Z', []],
  ['has got another owner since nobody knows when', 'live', 'yesterday', []],
])('what %s', async (_, is, timestamp, expected) => {
  script = new Script({ terraform: FAKE_TERRAFORM });
  const deletion = { address: 'aws_sqs_queue.orders', mode: 'managed', change: { actions: ['delete'] } };
  const folder = `s3/${buildVariables.CONTROL_BUCKET}/${buildVariables.RUN_KEY}`;
  script.put(`${folder}/7/destroy.tfplan`, zip({ tfstate: state('dev') }));
  const { status, output, calls } = await script.run(['terraform', 'destroy'], {
    ...{ PROJECT: 'order-platform', WRITTEN: state('dev'), IS: state(is), DESTROY_PAUSE: '0' },
    DELETION: JSON.stringify({ timestamp, resource_changes: [deletion] }),
  });
  expect(calls.flatMap((call) => /^apply .*\/(\w+)\.tfplan$/.exec(call)?.[1] ?? [])).toEqual(expected);
  expect(status, output).toBe(is === 'dev' ? 0 : 1);
  if (is === 'live') expect(output).toContain("nothing is destroyed, since it is another owner's by now");
});
