import { afterEach, describe, expect, test } from 'vitest';
import { buildVariables, FAKE_BACKEND, NEW_REPOSITORY, Script } from './support/script.ts';

const TERRAFORM = `${FAKE_BACKEND}
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  show) if [[ $3 == */repositories.tfplan ]]; then echo '${NEW_REPOSITORY}'; else echo '{}'; fi ;;
  state) echo '{"lineage": "1"}' ;;
  *)
    [[ $1 == init ]] || echo "terraform $1" >> "$CALLS"
    for argument in "$@"; do [[ $argument != -out=* ]] || touch "\${argument#-out=}"; done
    [[ $1 != plan ]] || { echo '{"type":"change_summary","changes":{"add":3,"change":2,"remove":6}}'; exit 2; }
    ;;
esac`;

/** Everything that a build looks for is there; what it writes or deletes is told. */
const AWS = `
service=worker; [[ $* != *dev-v3-api* ]] || service=api
case "$1 $2" in
  "s3 cp")
    if [[ \${5:-} == --exclude ]]; then
      mkdir -p "\${!#}/$FENCING"
      for name in stack.tfplan planned.tfvars.json destroy.tfplan; do echo '{}' > "\${!#}/$FENCING/$name"; done
      echo '{}' > "\${!#}/stack.auto.tfvars.json"
    elif [[ "$*" != *builders* ]]; then echo "aws s3 cp" >> "$CALLS"; fi ;;
  "ecr describe-repositories")
    echo '{"repositories":[{"repositoryName":"a","repositoryUri":"r/order-platform-dev-v3-api"},{"repositoryName":"b","repositoryUri":"r/order-platform-dev-v3-worker"}]}' ;;
  "ecr batch-get-image")
    if [[ -n \${PUBLISHED:-} ]]; then
      digest=1; [[ $* != *main* ]] || digest=2
      echo '{"images":[{"imageId":{"imageDigest":"'$digest'"},"imageManifest":"{}","imageManifestMediaType":"application/json"}]}'
    else echo '{"failures":[{"failureCode":"ImageNotFound"}]}'; fi ;;
  "ecr put-image") echo "aws ecr put-image" >> "$CALLS" ;;
esac`;

const DOCKER = `[[ $1 != login ]] || cat > /dev/null
[[ $1 != push ]] || echo "docker push" >> "$CALLS"
[[ $1 != push ]] || echo "x: digest: sha256:${'1'.repeat(64)} size: 1"`;

/** Of what the build changes: in AWS, by Terraform or docker, or in the control bucket. */
const CHANGES = /^(terraform (?!output)|aws |docker )/;
const REFUSAL = { errorType: 'SafetyError', errorMessage: `environment "dev" was taken over: it belongs to 'x' $(id)` };

let script: Script;
afterEach(() => script.remove());
const run = (command: string, variables: Record<string, string | undefined> = {}) => {
  script = new Script({ terraform: TERRAFORM, aws: AWS, docker: DOCKER, unzip: `echo '{"lineage": "1"}'` });
  const given = { REFUSAL: JSON.stringify(REFUSAL), ...variables };
  return command.startsWith('images')
    ? script.run('images.sh', [], { ...given, ...(command === 'images' ? {} : { PUBLISHED: '1' }) })
    : script.run('terraform.sh', [command], given);
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
      // The buildspec sources it.
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
    expect(calls.filter((call) => /^(docker push|aws ecr put-image)/.test(call))).toEqual([]);
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
  script = new Script({
    terraform: TERRAFORM,
    unzip: `echo '{"lineage": "1"}'`,
    aws: `[[ ! -d \${5:-} ]] || (cd "$5" && find . -type f) >> "$CALLS"; echo "$@" >> "$CALLS"`,
  });
  const { calls } = await script.run('terraform.sh', ['plan'], { FENCING: '12' });
  expect(calls).toEqual(expect.arrayContaining(['./12/stack.tfplan', './12/planned.tfvars.json', './stack.lineage']));
  const destroyed = await script.run('terraform.sh', ['destroy'], { FENCING: '13' });
  expect(destroyed.output).toMatch(/ERROR: s3:.*\/13\/destroy\.tfplan does not exist/);
});
