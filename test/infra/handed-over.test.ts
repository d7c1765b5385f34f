import { afterEach, expect, test } from 'vitest';
import { FAKE_BACKEND, Script } from './support/script.ts';

/** Another environment has imported a resource, and tags it as its own; test/unit/builds/handed-over.test.ts has the table. */

const FAKE_TERRAFORM = `${FAKE_BACKEND}
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
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
