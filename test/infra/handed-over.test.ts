import { afterEach, expect, test } from 'vitest';
import { FAKE_BACKEND, Script } from './support/script.ts';

/** Another environment has imported a resource, and tags it as its own; the state of this one still lists it. */

const FAKE_TERRAFORM = `${FAKE_BACKEND}
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  plan)
    for argument in "$@"; do [[ $argument != -out=* ]] || touch "\${argument#-out=}"; done
    echo '{"type":"change_summary","@message":"Plan","changes":{"add":0,"change":0,"remove":2}}'
    exit 2 ;;
esac`;
/** A plan holds the state as Terraform wrote it, and as it is. */
const FAKE_UNZIP = `if [[ $3 == tfstate-prev ]]; then echo "$WRITTEN"; else echo "$IS"; fi`;
const FAKE_AWS = `[[ ! -d \${5:-} ]] || (cd "$5" && find . -type f | sed 's#^./#stored #') >> "$CALLS"`;

let script: Script;
afterEach(() => script.remove());

const OWN = { project: 'order-platform', environment: 'dev', run: 'dev-1' };
const state = (tags: object | null, more: object[] = []) =>
  JSON.stringify({
    lineage: '1',
    resources: [
      {
        ...{ module: 'module.queues["a"]', mode: 'managed', type: 'aws_sqs_queue', name: 'orders' },
        instances: [{ index_key: 'in', attributes: { tags_all: tags } }],
      },
      { mode: 'data', type: 'aws_vpc', name: 'shared', instances: [{ attributes: { tags: { environment: 'live' } } }] },
      { mode: 'managed', type: 'aws_route', name: 'out', instances: [{ attributes: {} }] },
      ...more,
    ],
  });
async function plan(written: object | null, is: object | null) {
  script = new Script({ terraform: FAKE_TERRAFORM, aws: FAKE_AWS, unzip: FAKE_UNZIP });
  const outcome = await script.run('terraform.sh', ['destroy-plan'], { WRITTEN: state(written), IS: state(is) });
  return { ...outcome, stored: outcome.calls.filter((call) => call.startsWith('stored')) };
}

test.each([
  ['environment', 'live'],
  ['project', 'mail'],
])('what has got another %s since it was written is not destroyed', async (key, value) => {
  const { status, output, stored } = await plan(OWN, { ...OWN, [key]: value });
  expect(output).toContain(
    `ERROR: nothing is destroyed, since it is another owner's by now: module.queues["a"].aws_sqs_queue.orders["in"] is tagged ${key}=${value}.`,
  );
  expect(output).toContain('terraform state rm');
  expect(status).toBe(1);
  expect(stored).toEqual([]);
});

test.each<[string, object | null, object | null]>([
  ['is as it was written', OWN, OWN],
  ['has lost its tags', OWN, {}],
  ['has other tags than these', OWN, { ...OWN, run: 'dev-2', team: 'a' }],
  ['never had the environment’s tags, which its team has accepted', { project: 'billing' }, { project: 'ledger' }],
  ['takes no tags', null, null],
])('what %s is destroyed', async (_, written, is) => {
  const { status, output, stored } = await plan(written, is);
  expect(status, output).toBe(0);
  expect(stored).toEqual(['stored 7/destroy.tfplan']);
});
