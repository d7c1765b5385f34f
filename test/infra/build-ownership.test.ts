import { afterEach, describe, expect, test } from 'vitest';
import { zip } from '../../lab/test/support/zip.ts';
import { buildVariables } from '../support/build-variables.ts';
import type { Answers } from './support/fake-aws.ts';
import { FAKE_BACKEND, NEW_REPOSITORY, Script } from './support/script.ts';

const FOLDER = `${buildVariables.CONTROL_BUCKET}/${buildVariables.RUN_KEY}`;
const PLAN = zip({ tfstate: '{"lineage": "1"}' });

const TERRAFORM = `${FAKE_BACKEND}
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  show) if [[ $3 == */repositories.tfplan ]]; then echo '${NEW_REPOSITORY}'; else echo '{}'; fi ;;
  state) echo '{"lineage": "1"}' ;;
  *)
    [[ $1 == init ]] || echo "terraform $1" >> "$CALLS"
    [[ $1 != output ]] || echo '{}'
    for argument in "$@"; do [[ $argument != -out=* ]] || echo '{"lineage": "1"}' | pack-plan "\${argument#-out=}"; done
    [[ $1 != plan ]] || { echo '{"type":"change_summary","changes":{"add":3,"change":2,"remove":6}}'; exit 2; }
    ;;
esac`;

const REPOSITORY = 'order-platform-dev-v3';
const registry: Answers = ({ call, input }, { PUBLISHED }) => {
  const uri = (service: string) => ({
    repositoryName: `${REPOSITORY}-${service}`,
    repositoryUri: `r/${REPOSITORY}-${service}`,
  });
  switch (call) {
    case 'ecr DescribeRepositories':
      return { repositories: [uri('api'), uri('worker')] };
    case 'ecr GetAuthorizationToken':
      return { authorizationData: [{ authorizationToken: Buffer.from('AWS:x').toString('base64') }] };
    case 'ecr BatchGetImage': {
      if (!PUBLISHED) return { failures: [{ failureCode: 'ImageNotFound' }] };
      const imageDigest = String(input.imageIds[0].imageTag).endsWith('main') ? '2' : '1';
      return {
        images: [{ imageId: { imageDigest }, imageManifest: '{}', imageManifestMediaType: 'application/json' }],
      };
    }
  }
  return {};
};

const DOCKER = `[[ $1 != login ]] || cat > /dev/null
[[ $1 != push ]] || echo "docker push" >> "$CALLS"
[[ $1 != push ]] || echo "x: digest: sha256:${'1'.repeat(64)} size: 1"`;

/** The pattern matches the calls that change something: in AWS, by Terraform or docker, or in the control bucket. */
const CHANGES = /^(terraform (?!output)|s3 (PUT|DELETE) (?!.*\/builders\/)|ecr PutImage|dynamodb |docker )/;
const REFUSAL = { errorType: 'SafetyError', errorMessage: `environment "dev" was taken over: it belongs to 'x' $(id)` };

let script: Script;
afterEach(() => script.remove());
const run = (command: string, variables: Record<string, string | undefined> = {}) => {
  script = new Script({ terraform: TERRAFORM, docker: DOCKER }, registry);
  for (const name of ['7/stack.tfplan', '7/destroy.tfplan']) script.put(`s3/${FOLDER}/${name}`, PLAN);
  for (const name of ['7/planned.tfvars.json', 'stack.auto.tfvars.json']) script.put(`s3/${FOLDER}/${name}`, '{}');
  const given = { REFUSAL: JSON.stringify(REFUSAL), ...variables };
  return command.startsWith('images')
    ? script.run(['images'], { ...given, ...(command === 'images' ? {} : { PUBLISHED: '1' }) })
    : script.run(['terraform', command], given);
};
const questions = (calls: string[]) => calls.filter((call) => call.startsWith('ownership'));
const COMMANDS = [
  'bootstrap',
  'repositories',
  'plan',
  'plan-rollout',
  'apply',
  'destroy-plan',
  'destroy',
  'destroy-backend',
];
const APPLYING = ['bootstrap', 'repositories', 'apply', 'destroy', 'destroy-backend'];

describe('a build', () => {
  test.each([...COMMANDS, 'images', 'images that are there'])(
    'of %s asks who owns the environment, and says who asks',
    async (command) => {
      const { status, output, calls } = await run(command);
      expect(status, output).toBe(0);
      const [question = ''] = questions(calls);
      expect(JSON.parse(question.slice('ownership '.length, question.lastIndexOf(' of ')))).toEqual({
        environment: 'dev',
        owner: buildVariables.OWNER,
        fencing: 7,
        redrive: 0,
        build: 'runbook-terraform:1-2',
        command: command.startsWith('images') ? 'images' : command,
      });
      expect(question).toMatch(/ of runbook-require-ownership$/);
    },
  );

  test.each([...COMMANDS, 'images', 'images that are there'])(
    'of %s changes nothing of what is another’s',
    async (command) => {
      const { status, output, calls, exports } = await run(command, { LOST: '1' });
      expect(calls.filter((call) => CHANGES.test(call))).toEqual([]);
      expect(status).not.toBe(0);
      expect(output).toContain(`ERROR: ${REFUSAL.errorMessage}`);
      // The buildspec sources this file.
      expect(exports).toContain('REFUSED=');
      expect(exports).not.toContain(`"$(id)`);
    },
  );

  test.each(APPLYING)('of %s asks again right before it applies', async (command) => {
    const { status, calls } = await run(command, { LOST: '2' });
    expect(questions(calls)).toHaveLength(2);
    expect(calls).not.toContain('terraform apply');
    expect(status).not.toBe(0);
  });

  test.each(['images', 'images that are there'])('of %s asks again right before it moves a tag', async (command) => {
    const { status, calls } = await run(command, { LOST: '2' });
    expect(calls.filter((call) => /^(docker push|ecr PutImage)/.test(call))).toEqual([]);
    expect(status).not.toBe(0);
  });

  test.each([
    ['nothing', ''],
    ['something else', '"owned"'],
    ['that it is not', '{"owned":false}'],
    ['a page', '<html>owned: true</html>'],
  ])('that is answered %s changes nothing', async (_, answer) => {
    const { status, calls, output } = await run('bootstrap', { LOST: '1', REFUSAL: answer });
    expect(calls.filter((call) => CHANGES.test(call))).toEqual([]);
    expect(output).toContain('ERROR: runbook-require-ownership does not say who owns environment dev');
    expect(status).not.toBe(0);
  });

  test('that cannot ask changes nothing', async () => {
    const { status, calls, output } = await run('destroy', { UNASKED: '255' });
    expect(calls.filter((call) => CHANGES.test(call))).toEqual([]);
    expect(output).toContain('it is not known who owns environment dev');
    expect(status).not.toBe(0);
  });

  test.each([
    ['OWNER', 'ada'],
    ['FENCING', '1; id'],
    ['REDRIVE', '-1'],
    ['OWNERSHIP_FUNCTION', '$(id)'],
    ['FENCING', undefined],
    ['CODEBUILD_BUILD_ID', undefined],
  ])('whose %s is %s does not begin', async (name, value) => {
    const { status, calls, output } = await run('bootstrap', { [name]: value });
    expect(output).toContain(`ERROR: ${name} is `);
    expect(calls).toEqual([]);
    expect(status).toBe(1);
  });
});

test('a plan is kept for the builds of its owner, under the number of its claim', async () => {
  script = new Script({ terraform: TERRAFORM });
  const { calls } = await script.run(['terraform', 'plan'], { FENCING: '12' });
  const stored = ['12/stack.tfplan', '12/planned.tfvars.json', 'stack.lineage'];
  expect(calls).toEqual(expect.arrayContaining(stored.map((name) => `s3 PUT ${FOLDER}/${name}`)));
  const destroyed = await script.run(['terraform', 'destroy'], { FENCING: '13' });
  expect(destroyed.output).toMatch(/ERROR: s3:.*\/13\/destroy\.tfplan does not exist/);
});
