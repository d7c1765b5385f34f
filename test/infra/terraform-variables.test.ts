import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { anImage, buildVariables } from '../support/build-variables.ts';
import { type Answers, AwsError } from './support/fake-aws.ts';
import { FAKE_BACKEND, NEW_REPOSITORY, Script } from './support/script.ts';

/** A build passes the variables of a team's own root to Terraform. */

/** The stand-in writes the files of variables of each command, and their modes, as a line of the file `given`. */
const FAKE_TERRAFORM = `${FAKE_BACKEND}
echo "$*" >> "$CALLS"
for argument in "$@"; do
  [[ $argument != -var-file=* ]] || { file=\${argument#-var-file=}; echo "$1 $(stat -c %a "$file") $(tr -d '\\n' < "$file")" >> "$ROOT/given"; }
done
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  state) [[ $2 != pull ]] || echo '{"version":4,"serial":1,"lineage":"one","resources":[]}' ;;
  show) echo "$PLANNED" ;;
  output) echo "$OUTPUT_VALUES" ;;
  plan)
    for argument in "$@"; do
      [[ $argument != -out=* ]] || echo '{"lineage": "one"}' | pack-plan "\${argument#-out=}"
    done
    echo '{"type":"change_summary","@message":"Plan","changes":{"add":0,"change":0,"remove":3}}'
    [[ -z $COMPLAINT ]] || { echo "{\\"type\\":\\"diagnostic\\",\\"@message\\":\\"$COMPLAINT\\",\\"diagnostic\\":{\\"severity\\":\\"error\\",\\"summary\\":\\"$COMPLAINT\\",\\"detail\\":\\"\\"}}"; exit 1; }
    exit 2 ;;
esac`;

const PASSWORD = 'correct horse "battery" staple';
const answers: Answers = ({ call, input }, { GONE }) => {
  if (GONE) throw new AwsError(GONE);
  if (call === 'ssm GetParameter' && input.WithDecryption && input.Name === '/shop/dev/db')
    return { Parameter: { Value: PASSWORD } };
  if (call === 'secretsmanager GetSecretValue' && input.SecretId === 'shop/dev/api')
    return { SecretString: JSON.stringify({ token: 'token-of-the-api', size: 5 }) };
  throw new AwsError('ParameterNotFound');
};

const { CONTROL_BUCKET, RUN_KEY, FENCING, EXPIRES_AT } = buildVariables as Record<string, string>;
const FOLDER = `s3/${CONTROL_BUCKET}/${RUN_KEY}`;
const BARE = { IMAGES: '[]', API_IMAGE: undefined, WORKER_IMAGE: undefined };

let script: Script;
beforeEach(() => {
  script = new Script({ terraform: FAKE_TERRAFORM }, answers);
});
afterEach(() => script.remove());

function put(path: string, value: unknown): void {
  script.put(path, JSON.stringify(value));
}
/** Writes the root's variables, its configuration, and the values that the execution received. */
function setUp(declared: string, configuration: object = {}, inputs?: object): void {
  script.put('infra/aws-v3/stack/variables.tf', declared);
  put('builds/stack-variables.json', configuration);
  if (inputs) put(`${FOLDER}/${FENCING}/inputs.tfvars.json`, inputs);
}
const run = (command: string, variables: Record<string, string | undefined> = {}) =>
  script.run(['terraform', command], {
    ...{ ROOT: script.directory, PLANNED: '{}', OUTPUT_VALUES: '{}', COMPLAINT: '', ...BARE, ...variables },
  });

interface Given {
  command: string;
  mode: string;
  values: Record<string, unknown>;
}
function given(): Given[] {
  const file = join(script.directory, 'given');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [, command = '', mode = '', values = ''] = /^(\S+) (\S+) (.*)$/.exec(line) ?? [];
      return { command, mode, values: JSON.parse(values) as Record<string, unknown> };
    });
}
const planned = () => Object.assign({}, ...given().map(({ values }) => values)) as Record<string, unknown>;

describe('a root gets what it declares, by its own names', () => {
  test.each<[string, string, object, object]>([
    ['nothing', 'variable "other" {}', {}, {}],
    [
      'the names of the project',
      'variable "environment" {}\nvariable "run" {}',
      {},
      { environment: 'dev', run: buildVariables.RUN },
    ],
    [
      'its own names',
      'variable "env" {}\nvariable "ends" {}',
      { names: { environment: 'env', expires_at: 'ends' } },
      { env: 'dev', ends: EXPIRES_AT },
    ],
    [
      'no value for a name that means something else there',
      'variable "owner" {}\nvariable "prefix" {}',
      { names: { owner: null } },
      { prefix: buildVariables.PREFIX },
    ],
    ['a name that is used for another', 'variable "environment" {}', { names: { environment: 'env' } }, {}],
    [
      'values of the configuration',
      'variable "size" {}\nvariable "cidrs" {}',
      { variables: { size: { value: 1, environments: { live: 9 } }, cidrs: { value: ['10.0.0.0/8'] } } },
      { size: 1, cidrs: ['10.0.0.0/8'] },
    ],
    [
      'the values of its environment',
      'variable "size" {}',
      { variables: { size: { value: 1, environments: { dev: 2, live: 9 } } } },
      { size: 2 },
    ],
  ])('%s', async (_, declared, configuration, expected) => {
    setUp(declared, configuration);
    expect((await run('plan')).status).toBe(0);
    expect(planned()).toEqual(expected);
  });

  test('the values of the execution, before those of the configuration', async () => {
    setUp('variable "size" {}', { variables: { size: { environments: { dev: 2 }, input: 'number' } } }, { size: 3 });
    expect((await run('plan', { INPUTS: 'given' })).status).toBe(0);
    expect(planned()).toEqual({ size: 3 });
  });

  test('and nothing is planned where the values of the execution are not there', async () => {
    setUp('variable "size" {}', { variables: { size: { value: 1, input: 'number' } } });
    const { status, output, calls } = await run('plan', { INPUTS: 'given' });
    expect(status).toBe(1);
    expect(output).toContain('inputs.tfvars.json does not exist: nothing can be taken from it');
    expect(calls.filter((line) => line.startsWith('plan'))).toEqual([]);
  });

  test('nor where the configuration of the run does not allow them', async () => {
    setUp('variable "size" {}', { variables: { size: { value: 1 } } }, { size: 3 });
    const { status, output } = await run('plan', { INPUTS: 'given' });
    expect(status).toBe(1);
    expect(output).toContain('the configuration of this run lets no execution set size: nothing is planned');
  });
});

describe('before anything is made', () => {
  test.each<[string, string, object, string]>([
    ['a variable that the root does not declare', 'variable "a" {}', { size: { value: 1 } }, 'size is not declared'],
    [
      'a secret that plans would show',
      'variable "db" {}',
      { db: { secret: { ssm: '/shop/dev/db' } } },
      'db is a secret, and plans would show it: write sensitive = true into its declaration',
    ],
    [
      'a sensitive variable with a value',
      'variable "db" {\n  sensitive = true\n}',
      { db: { value: 'x' } },
      'db is sensitive: give it by reference, as stack.variables.db.secret',
    ],
  ])('%s is refused', async (_, declared, variables, message) => {
    setUp(declared, { variables });
    const { status, output, calls, exports } = await run('bootstrap');
    expect(status).toBe(1);
    expect(output).toContain(message);
    expect(exports).toContain('FAILURE=');
    expect(calls.filter((line) => !line.startsWith('version'))).toEqual([]);
  });
});

describe('a secret', () => {
  const declared =
    'variable "db" {\n  sensitive = true\n}\nvariable "api" {\n  sensitive = true\n}\nvariable "once" {\n  ephemeral = true\n}\n';
  const variables = {
    db: { secret: { ssm: '/shop/{environment}/db' } },
    api: { secret: { secretsManager: 'shop/{environment}/api', field: 'token' } },
    once: { secret: { secretsManager: 'shop/{environment}/api', field: 'size' } },
  };
  const values = { db: PASSWORD, api: 'token-of-the-api', once: '5' };
  beforeEach(() => setUp(declared, { variables }));

  test('is read by the build that plans, into a file that nobody else may read', async () => {
    expect((await run('plan')).status).toBe(0);
    const [own, secrets] = given();
    expect(own?.values).toEqual({});
    expect(secrets).toEqual({ command: 'plan', mode: '600', values });
  });

  test('is in no file of the control bucket, and in no line of the log', async () => {
    const shown = {
      resource_changes: [
        {
          ...{ address: 'aws_db_instance.a', mode: 'managed', type: 'aws_db_instance' },
          change: { actions: ['create'], after: { password: PASSWORD, note: `x${PASSWORD}x` }, after_sensitive: {} },
        },
      ],
    };
    const { output, exports, calls } = await run('plan', { PLANNED: JSON.stringify(shown), COMPLAINT: '' });
    const failed = await run('plan', { COMPLAINT: 'the token token-of-the-api is wrong' });
    expect(failed.status).toBe(1);
    expect(failed.output).toContain('the token (secret) is wrong');
    expect(failed.exports.replaceAll('\\', '')).toContain('the token (secret) is wrong');
    const files = readdirSync(join(script.directory, 's3'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(files.length).toBeGreaterThan(2);
    for (const text of [output, exports, ...calls, failed.output, failed.exports, ...files])
      for (const word of ['correct horse', 'battery', 'token-of-the-api']) expect(text).not.toContain(word);
  });

  test('that a plan does not keep is given to its apply again', async () => {
    expect((await run('plan')).status).toBe(0);
    const { status, output } = await run('apply');
    expect(status, output).toBe(0);
    expect(given().at(-1)).toEqual({ command: 'apply', mode: '600', values: { once: '5' } });
  });

  test('that is not there stops a plan', async () => {
    const { status, output, calls } = await run('plan', { GONE: 'ParameterNotFound' });
    expect(status).toBe(1);
    expect(output).toMatch(/variable "db" has its value from the parameter \/shop\/dev\/db, which could not be read/);
    expect(calls.filter((line) => line.startsWith('plan'))).toEqual([]);
  });

  test.each(['ParameterNotFound', 'AccessDeniedException'])('and stops no destroy (%s)', async (GONE) => {
    const { status, output } = await run('destroy-plan', { GONE });
    expect(status).toBe(0);
    expect(output).toContain('A destroy goes on without it');
    expect(planned()).toEqual({ db: 'unavailable', api: 'unavailable', once: 'unavailable' });
  });
});

describe('what was applied', () => {
  test('is what a destroy has, of variables that the root still declares', async () => {
    setUp('variable "api_image" {}\nvariable "prefix" {}\nvariable "size" {}', { variables: { size: { value: 1 } } });
    put(`${FOLDER}/stack.auto.tfvars.json`, { api_image: 'applied', old: 1, prefix: 'applied', size: 1 });
    expect((await run('destroy-plan')).status).toBe(0);
    expect(planned()).toEqual({ api_image: 'applied', prefix: buildVariables.PREFIX, size: 1 });
  });

  test('is what a rollout has, but for the images', async () => {
    setUp('variable "image" {}\nvariable "size" {}', { variables: { size: { value: 2 } } });
    put(`${FOLDER}/stack.auto.tfvars.json`, { image: 'applied', size: 1 });
    const IMAGES = JSON.stringify([anImage('api', { variable: 'image' })]);
    const { API_IMAGE } = buildVariables;
    expect((await run('plan-rollout', { IMAGES, API_IMAGE })).status).toBe(0);
    expect(planned()).toEqual({ image: API_IMAGE, size: 1 });
  });

  test('is what the repositories have, and a variable that is new since has its new value', async () => {
    setUp('variable "owner" {}\nvariable "size" {}', { variables: { size: { value: 2 } } });
    put(`${FOLDER}/stack.auto.tfvars.json`, { owner: 'who applied last', gone: 1 });
    expect((await run('repositories', { IMAGES: buildVariables.IMAGES, PLANNED: NEW_REPOSITORY })).status).toBe(0);
    expect(planned()).toEqual({ owner: 'who applied last', size: 2 });
  });

  test('has no sensitive output in the control bucket', async () => {
    setUp('variable "prefix" {}');
    const OUTPUT_VALUES = JSON.stringify({
      url: { sensitive: false, type: 'string', value: 'http://x' },
      password: { sensitive: true, type: 'string', value: 'hunter2' },
    });
    expect((await run('plan')).status).toBe(0);
    expect((await run('apply', { OUTPUT_VALUES })).status).toBe(0);
    const stored = readFileSync(join(script.directory, FOLDER, 'outputs.json'), 'utf8');
    expect(JSON.parse(stored)).toEqual({
      url: { sensitive: false, type: 'string', value: 'http://x' },
      password: { sensitive: true, type: 'string', value: null },
    });
  });
});
