import { afterEach, describe, expect, test } from 'vitest';
import { buildVariables } from '../support/build-variables.ts';
import { FAKE_BACKEND, NEW_REPOSITORY, Script } from './support/script.ts';

/** One build runs several commands in sequence. Each command does the same as in a build of its own. */

/** Terraform does not report the backend of a root that is already initialised. */
const TERRAFORM = `[[ $1 != -chdir=* || ! -e \${1#-chdir=}/.terraform/terraform.tfstate ]] || exit 0
${FAKE_BACKEND}
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  show) if [[ $3 == */repositories.tfplan ]]; then echo '${NEW_REPOSITORY}'; else echo '{}'; fi ;;
  state) echo '{"lineage": "1"}' ;;
  output) echo '{}' ;;
  *)
    [[ $1 == init ]] || echo "terraform $1 $PWD \${!#}" >> "$CALLS"
    for argument in "$@"; do [[ $argument != -out=* ]] || echo '{"lineage": "1"}' | pack-plan "\${argument#-out=}"; done
    [[ $1 != plan ]] || { echo '{"type":"change_summary","changes":{"add":3,"change":2,"remove":6}}'; eval "\${ON_PLAN:-}"; exit 2; }
    [[ $1 != apply ]] || eval "\${ON_APPLY:-}"
    ;;
esac`;

const FOLDER = `${buildVariables.CONTROL_BUCKET}/${buildVariables.RUN_KEY}`;
let script: Script;
afterEach(() => script.remove());
const run = (sequence: string, variables: Record<string, string | undefined> = {}, kept: string[] = []) => {
  script = new Script({ terraform: TERRAFORM });
  for (const name of kept) script.put(`s3/${FOLDER}/${name}`, '');
  return script.run(['terraform', sequence], variables);
};
/** Returns the changes of the calls in their order. Calls that only read are left out. */
const done = (calls: readonly string[]) =>
  calls.flatMap((call) => {
    const [, word, root] = /^terraform (plan|apply) .*\/aws-v3\/(\w+) /.exec(call) ?? [];
    if (word) return [`${word} ${root}`];
    const [, file] =
      new RegExp(`^s3 PUT ${FOLDER}/(7/applying|7/stack\\.tfplan|stack\\.auto\\.tfvars\\.json)$`).exec(call) ?? [];
    if (file) return [file];
    return call.startsWith('review ') ? ['review'] : [];
  });

test('the backend is made, then the repositories', async () => {
  const { status, calls, output } = await run('prepare');
  expect(status, output).toBe(0);
  expect(done(calls)).toEqual(['apply bootstrap', 'plan stack', 'apply stack']);
  expect(output).toMatch(/bootstrap is done.*repositories is done/s);
});

test('no repositories are made where the backend was not', async () => {
  const { status, calls } = await run('prepare', { ON_APPLY: 'exit 1' });
  expect(status).not.toBe(0);
  expect(done(calls)).toEqual(['apply bootstrap']);
});

describe('a plan that no person approves', () => {
  test('is kept, reviewed and applied, in this order', async () => {
    const { status, calls, output, exports } = await run('provision');
    expect(status, output).toBe(0);
    expect(done(calls)).toEqual([
      ...['plan stack', '7/stack.tfplan', 'review', 'stack.auto.tfvars.json', '7/applying', 'apply stack'],
    ]);
    expect(exports).toBe('PLAN_ADD=3\nPLAN_CHANGE=2\nPLAN_DESTROY=6\n');
    expect(output).toContain('nothing is dangerous');
    const [question = ''] = calls.filter((call) => call.startsWith('review '));
    const { OWNER: owner, RUN, COMMIT, PREFIX, ACCOUNT_ID, AWS_REGION } = buildVariables;
    expect(JSON.parse(question.slice('review '.length))).toEqual({
      ...{ environment: 'dev', owner, fencing: 7, redrive: 0, build: 'runbook-terraform:1-2', command: 'review' },
      ...{ run: RUN, commit: COMMIT, prefix: PREFIX, accountId: ACCOUNT_ID, region: AWS_REGION },
    });
  });

  test('is not applied where it is refused, and the build says why without a failure', async () => {
    const REVIEW_ANSWER = JSON.stringify({ summary: 'much', refusal: `aws_x.a is kept: "$(id)" 'x'` });
    const { status, calls, output, exports } = await run('provision', { REVIEW_ANSWER });
    expect(status, output).toBe(0);
    expect(done(calls)).toEqual(['plan stack', '7/stack.tfplan', 'review']);
    expect(exports).toContain('PLAN_REFUSAL=');
    expect(exports).not.toContain(`"$(id)`);
  });

  test('is no refusal of which nothing was applied, where a part was', async () => {
    const REVIEW_ANSWER = JSON.stringify({ summary: 'much', refusal: 'aws_x.a is kept' });
    const { status, calls, output, exports } = await run('provision', { REVIEW_ANSWER }, ['7/applying']);
    expect(output).toContain("ERROR: a part of this execution's plan is applied already");
    expect(status).toBe(1);
    expect(exports).not.toContain('PLAN_REFUSAL');
    expect(done(calls)).not.toContain('apply stack');
    const earlier = await run('provision', { REVIEW_ANSWER, FENCING: '8' }, ['7/applying']);
    expect(earlier.exports).toContain('PLAN_REFUSAL=');
  });

  test.each<[string, Record<string, string>, string]>([
    ['is asked in vain', { UNASKED: 'runbook-review-plan' }, 'runbook-review-plan could not be asked'],
    ['answers nothing', { REVIEW_ANSWER: '' }, 'does not say what it thinks of it'],
    ['answers something else', { REVIEW_ANSWER: '{"owned":true}' }, 'does not say what it thinks of it'],
    [
      'answers an empty refusal',
      { REVIEW_ANSWER: '{"summary":"x","refusal":""}' },
      'does not say what it thinks of it',
    ],
    ['fails', { REVIEW_ANSWER: '{"errorType":"InputError","errorMessage":"it left no plan"}' }, 'it left no plan'],
    ['is refused', { REVIEW_ANSWER: '{"errorType":"SafetyError","errorMessage":"taken over"}' }, 'taken over'],
  ])('is not applied where the review %s', async (_, variables, why) => {
    const { status, calls, output } = await run('provision', variables);
    expect(output).toContain('ERROR: ');
    expect(output).toContain(why);
    expect(status).not.toBe(0);
    expect(done(calls)).toEqual(['plan stack', '7/stack.tfplan', 'review']);
  });

  test('is reviewed again where what the review reads does not answer', async () => {
    const REVIEW_ANSWER = '{"errorType":"DependencyError","errorMessage":"S3 does not answer"}';
    const { status, calls, output } = await run('provision', { REVIEW_ANSWER });
    expect(output).toContain('S3 does not answer');
    expect(status).toBe(1);
    expect(calls.filter((call) => call.startsWith('review '))).toHaveLength(4);
    expect(done(calls)).not.toContain('apply stack');
  });

  test('is not applied for who lost the environment after the review', async () => {
    const REFUSAL = '{"errorType":"SafetyError","errorMessage":"taken over"}';
    for (const LOST of ['2', '3']) {
      const { status, calls, exports } = await run('provision', { LOST, REFUSAL });
      expect(status).toBe(3);
      expect(exports).toContain('REFUSED=');
      expect(done(calls)).not.toContain('apply stack');
    }
  });

  test('is not reviewed where it could not be made', async () => {
    const { status, calls } = await run('provision', { ON_PLAN: 'exit 1' });
    expect(status).toBe(1);
    expect(done(calls)).toEqual(['plan stack']);
  });
});

test.each(['prepare', 'provision'])('%s gives a root without a backend one, and once', async (sequence) => {
  script = new Script({ terraform: TERRAFORM });
  script.put('infra/aws-v3/stack/versions.tf', '');
  const { status, output } = await script.run(['terraform', sequence]);
  expect(status, output).toBe(0);
  expect(output.match(/runbook_override\.tf\.json gives it one in S3/g)).toHaveLength(1);
});

test('a root that has its backend in JSON is not asked once it is initialised', async () => {
  script = new Script({ terraform: TERRAFORM });
  script.put('infra/aws-v3/stack/versions.tf', '');
  script.put('infra/aws-v3/stack/backend.tf.json', '{"terraform":[{"backend":{"s3":{}}}]}');
  const { status, output } = await script.run(['terraform', 'provision']);
  expect(status, output).toBe(0);
});

test('every value that any part needs is checked before the first begins', async () => {
  const { status, calls, output } = await run('provision', { REVIEW_FUNCTION: '$(id)' });
  expect(output).toContain('ERROR: REVIEW_FUNCTION is ');
  expect({ status, calls }).toEqual({ status: 1, calls: [] });
});
