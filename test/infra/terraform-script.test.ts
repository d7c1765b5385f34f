import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { zip } from '../../lab/test/support/zip.ts';
import { planFile } from '../../lambdas/contracts/plan.ts';
import { anImage, buildVariables } from '../support/build-variables.ts';
import { FAKE_BACKEND, Script } from './support/script.ts';

const FAKE_TERRAFORM = `${FAKE_BACKEND}
case $1 in
  version) echo '{"terraform_version": "1.11.4"}' ;;
  init) echo "$*" >> "$CALLS"; eval "\${ON_INIT:-}" ;;
  output) echo "$*" >> "$CALLS"; echo '{}' ;;
  state) echo '{"lineage": "11111111-2222"}' ;;
  show) if [[ -n \${PLANNED:-} ]]; then echo "$PLANNED"; else echo "{}"; fi ;;
  plan)
    echo "$*; \${TF_CLI_ARGS_plan-no arguments}, \${TF_VAR_prefix-no variable}" >> "$CALLS"
    for argument in "$@"; do [[ $argument != -out=* ]] || echo '{"lineage": "11111111-2222"}' | pack-plan "\${argument#-out=}"; done
    eval "\${ON_PLAN:-}"
    echo '{"type":"change_summary","@message":"Plan","changes":{"add":3,"change":2,"remove":76}}'
    exit 2
    ;;
  apply)
    echo "$*" >> "$CALLS"
    eval "\${ON_APPLY:-}"
    ;;
esac`;

/** The run keeps these files of a plan. */
const PLAN = ['7/planned.tfvars.json', '7/stack.tfplan'];

let script: Script;
afterEach(() => script.remove());
const FOLDER = `${buildVariables.CONTROL_BUCKET}/${buildVariables.RUN_KEY}`;
const kept = (name: string) => join(script.directory, 's3', FOLDER, name);
/** Creates a source whose run has every file that a build requires, except `missing`. */
function build(missing = ''): Script {
  script = new Script({ terraform: FAKE_TERRAFORM });
  for (const name of ['7/stack.tfplan', '7/planned.tfvars.json', 'stack.auto.tfvars.json'])
    if (name !== missing) script.put(`s3/${FOLDER}/${name}`, '{"owner":"who planned last","api_image":"old"}');
  script.put(`s3/${FOLDER}/7/stack.tfplan`, zip({ tfstate: '{"lineage": "11111111-2222"}' }));
  if (missing) rmSync(kept(missing));
  return script;
}
/** Returns the names of the files that a build has written to its run, without the note of where it runs. */
const stored = (calls: readonly string[]) =>
  calls
    .flatMap((call) => (call.startsWith(`s3 PUT ${FOLDER}/`) ? call.slice(`s3 PUT ${FOLDER}/`.length) : []))
    .filter((name) => !name.startsWith('builders/'));

test('a plan takes no argument and no variable from outside, and its counts are exported', async () => {
  const { status, calls, exports, output } = await build().run(['terraform', 'plan'], {
    TF_CLI_ARGS_plan: '-destroy',
    TF_VAR_prefix: 'other',
  });
  expect(output).toContain('plan is done');
  expect(status).toBe(0);
  expect(exports).toBe('PLAN_ADD=3\nPLAN_CHANGE=2\nPLAN_DESTROY=76\n');
  expect(calls.find((call) => call.startsWith('plan'))).toMatch(/; no arguments, no variable$/);
  expect(stored(calls).sort()).toEqual([...PLAN, 'stack.lineage', '7/stack.tfplan.json'].sort());
});

test('what a plan does is kept beside it, with what tells whether that can be torn down, and without what is sensitive', async () => {
  const change = {
    ...{ actions: ['update'], after_unknown: { id: true, role: true }, importing: { id: 'b-1' } },
    ...{ before: { password: 'old', tags: [{ a: 1 }] }, before_sensitive: { password: true } },
    ...{ after: { password: 'new', tags: [{ a: 'hush' }] }, after_sensitive: { password: true, tags: [{ a: true }] } },
  };
  const expressions = { password: { references: ['x.c.id'] }, role: { references: ['x.c.id', 'x.c'] }, tags: {} };
  const configured = { address: 'x.b', provider_config_key: 'aws.other', expressions };
  const vpc = { mode: 'data', type: 'aws_vpc', values: { id: 'vpc-1', tags: { team: 'core' }, arn: 'arn:v' } };
  const { status, output } = await build().run(['terraform', 'plan'], {
    PLANNED: JSON.stringify({
      resource_changes: [
        { address: 'data.x', mode: 'data', type: 'x', change: { actions: ['read'] } },
        { address: 'module.m["k"].x.b["a"]', mode: 'managed', type: 'x', index: 'a', provider_name: 'aws', change },
      ],
      configuration: { root_module: { module_calls: { m: { module: { resources: [configured] } } } } },
      prior_state: { values: { root_module: { child_modules: [{ resources: [vpc] }] } } },
    }),
  });
  expect(status, output).toBe(0);
  const described = JSON.parse(readFileSync(kept('7/stack.tfplan.json'), 'utf8'));
  const { before_sensitive: _, after_sensitive: __, ...rest } = change;
  expect(described).toEqual({
    resource_changes: [
      {
        ...{ address: 'module.m["k"].x.b["a"]', type: 'x', index: 'a', provider: 'aws' },
        ...{ providerKey: 'aws.other', configured: ['password', 'role', 'tags'] },
        references: { role: ['module.m.x.c'] },
        change: {
          ...rest,
          before: { password: '(sensitive)', tags: [{ a: 1 }] },
          after: { password: '(sensitive)', tags: [{ a: '(sensitive)' }] },
        },
      },
    ],
    foundVpcs: [{ id: 'vpc-1', tags: { team: 'core' } }],
    lifecycles: [{ module: 'vpc.inner', file: 'main.tf', text: '# prevent_destroy\n' }],
  });
  expect(planFile.safeParse(described).success).toBe(true);
});

test('a failed init says why in the cause of the execution', async () => {
  const said = `echo 'Initializing...'; echo; echo '│ Error: Failed to query'; echo '│ available packages'; echo 'Error: another'; exit 7`;
  const { status, exports } = await build().run(['terraform', 'plan'], { ON_INIT: said });
  expect(exports.replaceAll('\\', '')).toBe(
    'FAILURE=terraform init ended with 7: Failed to query available packages\n',
  );
  expect(status).toBe(1);
});

describe('a root', () => {
  test.each(['local', 'remote', 'azurerm', 'cloud'])(
    'with the backend %s is refused before anything is made, with the fix',
    async (BACKEND) => {
      const { status, calls, output } = await build().run(['terraform', 'bootstrap'], { BACKEND });
      expect(output).toContain(
        `ERROR: the Terraform root infra/aws-v3/stack keeps its state in the backend "${BACKEND}", where a teardown cannot read it, and nothing is made. Remove that block`,
      );
      expect(status).toBe(1);
      expect(calls).toEqual([]);
    },
  );

  test('without locked providers is refused before anything is made, with the fix', async () => {
    const own = build();
    own.put('infra/aws-v3/stack/main.tf', 'resource "aws_sqs_queue" "q" {}\n');
    const { status, calls, output } = await own.run(['terraform', 'bootstrap']);
    expect(output).toMatch(
      /ERROR: the Terraform root infra\/aws-v3\/stack has no \.terraform\.lock\.hcl.*providers lock/,
    );
    expect(status).toBe(1);
    expect(calls).toEqual([]);
  });

  test('with a backend that Terraform does not know is refused in the words of Terraform', async () => {
    const { status, calls, output } = await build().run(['terraform', 'bootstrap'], { BACKEND: 'nobody' });
    expect(output).toMatch(
      /ERROR: the backend of .* is not known, and nothing is made: There is no backend type named/,
    );
    expect(status).toBe(1);
    expect(calls).toEqual([]);
  });

  const stack = 'infra/aws-v3/stack';
  const override = () => readFileSync(join(script.directory, stack, 'runbook_override.tf.json'), 'utf8');
  test.each(['repositories', 'plan', 'plan-rollout', 'apply', 'destroy-plan', 'destroy'])(
    'without a backend has one in S3 when %s initialises it',
    async (command) => {
      const one = build();
      one.put(`${stack}/versions.tf`, '# no word of where the state is\n');
      const { output } = await one.run(['terraform', command]);
      expect(JSON.parse(override())).toEqual({ terraform: [{ backend: { s3: {} } }] });
      expect(output).toContain(
        `the Terraform root ${stack} has no backend: runbook_override.tf.json gives it one in S3`,
      );
    },
  );

  test('without a backend, which speaks of one, is asked of Terraform', async () => {
    const one = build();
    one.put(`${stack}/versions.tf`, '# the backend is given by the pipeline\n');
    const { output } = await one.run(['terraform', 'destroy-plan'], { BACKEND: 'none' });
    expect(override()).toContain('s3');
    expect(output).not.toContain('is not known');
  });

  test('that has a file of that name already is refused', async () => {
    const one = build();
    one.put(`${stack}/versions.tf`, '');
    one.put(`${stack}/runbook_override.tf.json`, '{}');
    const { status, output } = await one.run(['terraform', 'plan']);
    expect(output).toContain("has a file runbook_override.tf.json, which is the runbook's: rename it");
    expect(status).toBe(1);
  });

  test('makes no backend that the configuration keeps, and none is destroyed', async () => {
    const made = await build().run(['terraform', 'bootstrap'], { KEEP_BACKEND: 'yes' });
    expect(made.status, made.output).toBe(0);
    expect(made.output).toContain('the state is kept in order-platform-dev-v3-tfstate-123456789012');
    expect(made.calls.filter((call) => /^(apply|plan|init) /.test(call))).toEqual([]);
    script.remove();
    const gone = await build().run(['terraform', 'destroy-backend'], { KEEP_BACKEND: 'yes' });
    expect(gone.output).toContain('ERROR: the configuration keeps the backend: nothing is destroyed');
    expect(gone.status).toBe(1);
  });

  test.each([
    ['none', 'project=(none), environment=(none)'],
    ['{"project":"order-platform","environment":"live"}', 'environment=live'],
    ['{"project":"other","environment":"dev"}', 'project=other'],
  ])('that the configuration keeps, with the tags %s, has what no teardown would take away', async (tags, said) => {
    const { status, output, calls } = await build().run(['terraform', 'bootstrap'], {
      ...{ KEEP_BACKEND: 'yes', BUCKET_TAGS: tags, PROJECT: 'order-platform' },
    });
    expect(status).toBe(1);
    expect(output).toContain(`has the tags ${said}, and a teardown asks for`);
    expect(calls.filter((call) => /^(apply|plan|init) /.test(call))).toEqual([]);
  });

  test('of a team’s own makes the backend, if the configuration names one', async () => {
    const one = build();
    one.put('team/bootstrap/main.tf', '');
    const { status, calls, output } = await one.run(['terraform', 'bootstrap'], { BOOTSTRAP_ROOT: 'team/bootstrap' });
    expect(status, output).toBe(0);
    expect(JSON.parse(readFileSync(join(script.directory, 'team/bootstrap/runbook_override.tf.json'), 'utf8'))).toEqual(
      {
        terraform: [{ backend: { s3: {} } }],
      },
    );
    expect(calls.filter((call) => call.startsWith('apply '))).toHaveLength(1);
  });

  test.each(['repositories', 'plan', 'plan-rollout', 'apply', 'destroy-plan', 'destroy'])(
    'whose state is not where a teardown reads it is refused by %s, too',
    async (command) => {
      const { status, calls, output } = await build().run(['terraform', command], { OTHER_KEY: 'elsewhere' });
      expect(output).toMatch(/ERROR: .* keeps its state in "s3 order-platform-dev-v3-tfstate-\d+ elsewhere"/);
      expect(status).toBe(1);
      expect(calls.filter((call) => /^(plan|apply) /.test(call))).toEqual([]);
    },
  );
});

describe('the repositories', () => {
  const tags = { project: 'order-platform', environment: 'dev' };
  const repository = (after: object) => ({
    ...{ address: 'aws_ecr_repository.service["api"]', mode: 'managed', type: 'aws_ecr_repository' },
    change: {
      actions: ['create'],
      after: { name: 'order-platform-dev-v3-api', tags_all: tags, force_delete: true, ...after },
    },
  });
  const key = {
    address: 'aws_kms_key.x',
    mode: 'managed',
    type: 'aws_kms_key',
    change: { actions: ['create'], after: {} },
  };
  const API = JSON.stringify([anImage('api')]);
  const run = (...changes: object[]) =>
    build().run(['terraform', 'repositories'], { IMAGES: API, PLANNED: JSON.stringify({ resource_changes: changes }) });
  const applied = (calls: string[]) => calls.filter((call) => call.startsWith('apply '));

  test('are applied as they were planned, alone', async () => {
    const { status, calls, output } = await run(repository({}));
    expect(status, output).toBe(0);
    expect(calls.find((call) => call.startsWith('plan '))).toContain('-target=aws_ecr_repository.service["api"];');
    expect(applied(calls)).toEqual([expect.stringMatching(/repositories\.tfplan$/)]);
  });

  test.each<[string, object, string]>([
    [
      'of other tags',
      repository({ tags_all: { project: 'order-platform', env: 'dev' } }),
      'has the tag environment=(none), and a teardown asks for environment=dev',
    ],
    [
      'of another environment',
      repository({ tags_all: { ...tags, environment: 'prod' } }),
      'has the tag environment=prod,',
    ],
    [
      'without tags',
      repository({ tags_all: null }),
      'has the tag project=(none), and a teardown asks for project=order-platform',
    ],
    [
      'that keep their images',
      repository({ force_delete: false }),
      'keeps its images from being deleted: set force_delete to true',
    ],
    ['that need something else', key, 'aws_kms_key.x is no repository'],
  ])('%s are not made', async (_, change, message) => {
    const { status, calls, output } = await run(repository({}), change);
    expect(output).toContain(`ERROR: nothing is made, since a teardown could not take it away again: `);
    expect(output).toContain(message);
    expect(status).toBe(1);
    expect(applied(calls)).toEqual([]);
  });

  test.each([[['delete', 'create']], [['create', 'delete']], [['delete']], [['forget']], [['create', 'forget']]])(
    'that are there are not touched by %s, which nobody has approved',
    async (actions) => {
      const after = actions.includes('create') ? { tags_all: tags, force_delete: true } : null;
      const { status, calls, output } = await run({ ...repository({}), change: { actions, after } });
      expect(output).toContain(
        `ERROR: nothing is made, since nobody has approved it: aws_ecr_repository.service["api"] (${actions.join(', ')})`,
      );
      expect(status).toBe(1);
      expect(applied(calls)).toEqual([]);
    },
  );

  test.each<[string, object, object[], string]>([
    [
      'that the root does not have',
      { address: 'aws_ecr_repository.web' },
      [],
      'stack.images names the repository aws_ecr_repository.web for the image api, and the Terraform root has no such resource: nothing is made. Name the address of one aws_ecr_repository',
    ],
    [
      'that the root calls otherwise',
      { address: 'aws_ecr_repository.web' },
      [repository({})],
      'no such resource: nothing is made. Name the address of one aws_ecr_repository, such as aws_ecr_repository.service["api"]',
    ],
    [
      'of which there are two',
      { address: 'aws_ecr_repository.service' },
      [repository({}), { ...repository({}), address: 'aws_ecr_repository.service["worker"]' }],
      'has 2 of it (aws_ecr_repository.service["api"], aws_ecr_repository.service["worker"])',
    ],
    [
      'with another name than images are pushed to',
      {},
      [repository({ name: 'shop/api' })],
      'aws_ecr_repository.service["api"] is the repository "shop/api", and images of api are pushed to "order-platform-dev-v3-api"',
    ],
    [
      'whose name only AWS knows',
      {},
      [repository({ name: undefined })],
      'aws_ecr_repository.service["api"] is the repository "(known after apply)"',
    ],
  ])('%s are refused, by the address', async (_, image, changes, message) => {
    for (const ON_PLAN of ['', 'exit 0']) {
      const IMAGES = JSON.stringify([anImage('api', image)]);
      const PLANNED = JSON.stringify({ resource_changes: changes });
      const {
        status: ended,
        calls,
        output,
      } = await build().run(['terraform', 'repositories'], { IMAGES, PLANNED, ON_PLAN });
      expect(output).toContain(message);
      expect(ended).toBe(1);
      expect(applied(calls)).toEqual([]);
      script?.remove();
    }
  });

  test('outside of the root are nothing that Terraform makes', async () => {
    const IMAGES = JSON.stringify([anImage('api', { address: undefined, repository: 'team/api' })]);
    const { status, calls, output } = await build().run(['terraform', 'repositories'], { IMAGES });
    expect(status, output).toBe(0);
    expect(calls.filter((call) => /^(plan|apply) /.test(call))).toEqual([]);
  });

  const references = (list: string[]) => ({ expression: { references: list } });
  test.each<[string, object, string]>([
    [
      'of the root',
      {
        outputs: {
          url: references([
            'aws_ecr_repository.service["api"].repository_url',
            'aws_ecr_repository.service["api"]',
            'aws_ecr_repository.service',
          ]),
        },
      },
      'aws_ecr_repository.service["api"]',
    ],
    [
      'of a module',
      {
        outputs: { url: references(['module.registry.api_url', 'module.registry']) },
        module_calls: {
          registry: {
            module: {
              outputs: {
                api_url: references([
                  'aws_ecr_repository.this[0].repository_url',
                  'aws_ecr_repository.this[0]',
                  'aws_ecr_repository.this',
                ]),
              },
            },
          },
        },
      },
      'module.registry.aws_ecr_repository.this[0]',
    ],
  ])('are found by an output %s', async (_, root_module, address) => {
    const IMAGES = JSON.stringify([anImage('api', { address: undefined, output: 'url' })]);
    const PLANNED = JSON.stringify({
      resource_changes: [{ ...repository({}), address }],
      configuration: { root_module },
    });
    const { status, calls, output } = await build().run(['terraform', 'repositories'], { IMAGES, PLANNED });
    expect(status, output).toBe(0);
    expect(calls.filter((call) => call.startsWith('plan ')).at(-1)).toContain(`-target=${address};`);
  });

  test('that no output has a value from are refused', async () => {
    const IMAGES = JSON.stringify([anImage('api', { address: undefined, output: 'url' })]);
    const root_module = {
      outputs: { url: references(['var.url', 'aws_ecr_repository.a.arn', 'aws_ecr_repository.b.arn']) },
    };
    for (const [configuration, what] of [
      [{}, 'no repository'],
      [{ root_module }, 'aws_ecr_repository.a and aws_ecr_repository.b'],
    ]) {
      const PLANNED = JSON.stringify({ resource_changes: [], configuration });
      const { status, calls, output } = await build().run(['terraform', 'repositories'], { IMAGES, PLANNED });
      expect(output).toContain(
        `the output url, which stack.images names for the image api, has its value from ${what}`,
      );
      expect(status).toBe(1);
      expect(applied(calls)).toEqual([]);
      script?.remove();
    }
  });

  const changed = repository({});
  const update = { ...changed, change: { ...changed.change, actions: ['update'] } };
  const worker = { ...repository({}), address: 'aws_ecr_repository.service["worker"]' };

  test('that are there stay as they are, for a plan to change', async () => {
    const { status, calls, output } = await run(update);
    expect(status, output).toBe(0);
    expect(applied(calls)).toEqual([]);
  });

  test('that are not there are made without a change of the others', async () => {
    const { status, calls, output } = await run(update, worker);
    expect(status, output).toBe(0);
    expect(calls.filter((call) => call.startsWith('plan ')).at(-1)).toContain(`-target=${worker.address};`);
    expect(calls.filter((call) => call.startsWith('plan ')).at(-1)).not.toContain(
      '-target=aws_ecr_repository.service;',
    );
    expect(applied(calls)).toHaveLength(1);
  });
});

test('the variables of a plan are the environment’s when it is applied, and not before', async () => {
  const { calls } = await build().run(['terraform', 'apply']);
  const [fetched, stored, applied] = [
    /^s3 GET .*\/7\/planned\.tfvars\.json$/,
    /^s3 PUT .*\/stack\.auto\.tfvars\.json$/,
    /^apply /,
  ].map((one) => calls.findIndex((call) => one.test(call)));
  expect(fetched).toBeGreaterThan(-1);
  expect(stored).toBeGreaterThan(Number(fetched));
  expect(applied).toBeGreaterThan(Number(stored));
});

test('without its plan, nothing is applied', async () => {
  const { status, calls, output } = await build('7/stack.tfplan').run(['terraform', 'apply']);
  expect(output).toMatch(/ERROR: s3:.*\/stack\.tfplan does not exist/);
  expect([...calls.filter((call) => call.startsWith('apply')), ...stored(calls)]).toEqual([]);
  expect(status).toBe(1);
});

test('both locks are set, and path style only for an emulator', async () => {
  const onAws = await build().run(['terraform', 'plan']);
  script.remove();
  const emulated = await build().run(['terraform', 'plan'], { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' });
  const init = ({ calls }: { calls: string[] }) => calls.find((call) => call.startsWith('init'));
  for (const outcome of [onAws, emulated]) {
    expect(init(outcome)).toContain('-backend-config=use_lockfile=true');
    expect(init(outcome)).toContain('-backend-config=dynamodb_table=order-platform-dev-v3-tflock');
    expect(init(outcome)).toContain('-lockfile=readonly');
  }
  expect(init(onAws)).not.toContain('path_style');
  expect(init(emulated)).toContain('-backend-config=use_path_style=true');
});

test('a destroy plan above the ceiling is refused and not stored', async () => {
  const { status, output, calls } = await build().run(['terraform', 'destroy-plan'], { MAX_DELETIONS: '75' });
  expect(output).toContain('ERROR: the plan destroys 76 resources, more than MAX_DELETIONS=75 allows');
  expect(status).toBe(1);
  expect(stored(calls)).toEqual([]);
});

test('a destroy plan says whose state it was made from', async () => {
  const { status, exports } = await build().run(['terraform', 'destroy-plan'], { MAX_DELETIONS: '76' });
  expect(status).toBe(0);
  expect(exports).toContain('STATE_LINEAGE=11111111-2222\n');
});

describe('a rollout', () => {
  const plan = (...changes: [address: string, type: string, ...actions: string[]][]) =>
    JSON.stringify({
      resource_changes: changes.map(([address, type, ...actions]) => ({ address, type, change: { actions } })),
    });
  const SERVICES = [
    ['aws_ecs_task_definition.service["api"]', 'aws_ecs_task_definition', 'delete', 'create'],
    ['aws_ecs_service.service["api"]', 'aws_ecs_service', 'update'],
    ['aws_db_instance.main', 'aws_db_instance', 'no-op'],
    ['data.aws_region.current', 'aws_region', 'read'],
  ] as [string, string, ...string[]][];

  test('is planned with what the environment was last planned with, and other images', async () => {
    const { status, exports, calls, output } = await build().run(['terraform', 'plan-rollout'], {
      PLANNED: plan(...SERVICES),
      ON_PLAN: 'cat "$TMPDIR"/build-*/stack.auto.tfvars.json | tr -d " \\n" >> "$CALLS"; echo >> "$CALLS"',
    });
    expect(status, output).toBe(0);
    expect(exports).toContain('PLAN_OTHERS=none\n');
    const variables = JSON.parse(calls.find((call) => call.startsWith('{')) ?? '{}');
    expect(variables).toEqual({
      owner: expect.stringContaining('planned'),
      api_image: expect.stringMatching(/-api@sha256:a+$/),
      worker_image: expect.stringMatching(/-worker@sha256:b+$/),
    });
    expect(stored(calls).sort()).toEqual(PLAN);
  });

  test.each([
    ['a database that is made anew', ['aws_db_instance.main', 'aws_db_instance', 'delete', 'create'], 'delete, create'],
    [
      'a service that is made anew',
      ['aws_ecs_service.service["api"]', 'aws_ecs_service', 'create', 'delete'],
      'create, delete',
    ],
    ['a task definition that goes', ['aws_ecs_task_definition.x', 'aws_ecs_task_definition', 'delete'], 'delete'],
    ['an alarm that changes', ['aws_cloudwatch_metric_alarm.x', 'aws_cloudwatch_metric_alarm', 'update'], 'update'],
  ] as [string, [string, string, ...string[]], string][])(
    'is not stored with %s, which it names',
    async (_, change, actions) => {
      const { status, exports, calls } = await build().run(['terraform', 'plan-rollout'], {
        PLANNED: plan(...SERVICES, change),
      });
      expect(status).toBe(0);
      const [, others] = /^PLAN_OTHERS=(.*)$/m.exec(exports) ?? [];
      expect(others?.replaceAll('\\', '')).toBe(`${change[0]} (${actions})`);
      expect(stored(calls)).toEqual([]);
    },
  );
});

test('state that could not be written is kept in the run’s folder', async () => {
  const { status, calls, output } = await build().run(['terraform', 'bootstrap'], {
    ON_APPLY: 'echo "{}" > errored.tfstate; exit 1',
  });
  expect(output).toContain('the next build pushes it');
  expect(stored(calls)).toContain('errored-bootstrap.tfstate');
  expect(status).toBe(1);
});

/** The stand-in for Terraform saves its state when it receives a signal to stop. */
const STOPPABLE = `
trap 'echo TERM >> "$CALLS"; stopped=1' TERM
echo "group $(ps -o pgid= $$)" >> "$CALLS"
until [[ -n \${stopped:-} ]]; do sleep 0.02; done
# Long enough for a second signal to arrive.
for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05; done
echo '{"@message":"saving the state"}'
echo saved >> "$CALLS"
exit 1`;

test('a build that is stopped passes one signal on to terraform, and waits for it', async () => {
  build();
  const child = await script.start(['terraform', 'apply'], { ON_APPLY: STOPPABLE });
  const ended = script.end(child);
  while (!script.calls().some((call) => call.startsWith('group'))) await sleep(20);
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  await sleep(200);
  process.kill(-(child.pid ?? 0), 'SIGTERM');

  const { status, calls, output } = await ended;
  expect(calls.filter((call) => call === 'TERM' || call === 'saved')).toEqual(['TERM', 'saved']);
  // In the build's own group, Terraform and its provider would receive the system's signal as well.
  const group = calls.find((call) => call.startsWith('group'))?.split(/\s+/)[1];
  expect(Number(group)).not.toBe(child.pid);
  expect(output).toContain('saving the state');
  expect(output).toContain('stopped by a signal; Terraform ended with 1');
  expect(status).toBe(1);
});

test('a build that is killed ends terraform with one signal, and what it saves then is written', async () => {
  build();
  const child = await script.start(['terraform', 'apply'], { ON_APPLY: STOPPABLE });
  const ended = script.end(child);
  await expect.poll(() => script.calls().some((call) => call.startsWith('group'))).toBe(true);
  process.kill(child.pid ?? 0, 'SIGKILL');
  await ended;
  // A process that writes to a pipe without a reader would end before it has saved anything.
  await expect.poll(() => script.calls()).toContain('saved');
  expect(script.calls().filter((call) => call === 'TERM' || call === 'saved')).toEqual(['TERM', 'saved']);
});

test('a build that is stopped before Terraform changes anything ends with the signal’s status', async () => {
  const SLOW = 'echo begun >> "$CALLS"; trap "exit 1" TERM; for _ in $(seq 500); do sleep 0.02; done';
  build();
  const child = await script.start(['terraform', 'apply'], { ON_INIT: SLOW });
  const ended = script.end(child);
  await expect.poll(() => script.calls()).toContain('begun');
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  const { status, calls } = await ended;
  expect(status).toBe(143);
  expect(calls.filter((call) => call.startsWith('apply'))).toEqual([]);
});

const ERRORED = /^s3 PUT .*\/errored\.tfstate$/;

test('a build that is stopped while it saves a state that could not be written saves it first', async () => {
  build();
  const child = await script.start(['terraform', 'apply'], {
    ON_APPLY: 'echo "{}" > errored.tfstate; exit 1',
    SLOW: 'errored.tfstate',
  });
  const ended = script.end(child);
  await expect.poll(() => script.calls().some((call) => ERRORED.test(call))).toBe(true);
  process.kill(-(child.pid ?? 0), 'SIGTERM');
  const { status, output } = await ended;
  expect(output).toContain('the next build pushes it');
  expect(output).toContain('stopped by a signal; Terraform ended with 1');
  expect(status).toBe(1);
});

test('a build whose log nobody reads saves the state all the same', async () => {
  build();
  const child = await script.start(['terraform', 'apply'], {
    ON_APPLY: STOPPABLE.replace('exit 1', 'echo "{}" > errored.tfstate; exit 1'),
  });
  const status = new Promise((done) => child.once('exit', done));
  await expect.poll(() => script.calls().some((call) => call.startsWith('group'))).toBe(true);
  for (const stream of [child.stdout, child.stderr]) stream?.destroy();
  process.kill(child.pid ?? 0, 'SIGTERM');
  expect(await status).toBe(1);
  expect(script.calls().filter((call) => ERRORED.test(call))).toHaveLength(1);
});

describe('the architecture of the images', () => {
  const variables = () => JSON.parse(script.calls().find((call) => call.startsWith('{')) ?? '{}');
  const SHOW = 'cat "$TMPDIR"/build-*/stack.auto.tfvars.json | tr -d " \\n" >> "$CALLS"; echo >> "$CALLS"';
  const run = (command: string, declares: boolean, more: Record<string, string> = {}) => {
    build();
    const declared = ['api_image', ...(declares ? ['cpu_architecture'] : [])];
    script.put('infra/aws-v3/stack/variables.tf', declared.map((name) => `variable "${name}" {\n}\n`).join(''));
    return script.run(['terraform', command], { CPU_ARCHITECTURE: 'X86_64', ON_PLAN: SHOW, PLANNED: '{}', ...more });
  };

  test.each(['plan', 'plan-rollout'])('is a variable of %s, for a root that declares it', async (command) => {
    const { status, output } = await run(command, true);
    expect(status, output).toBe(0);
    expect(variables()).toMatchObject({ cpu_architecture: 'X86_64' });
  });

  test.each(['plan', 'plan-rollout'])('is none of %s, for a root that does not', async (command) => {
    const { status, output } = await run(command, false);
    expect(status, output).toBe(0);
    expect(variables()).toHaveProperty('api_image');
    expect(variables()).not.toHaveProperty('cpu_architecture');
  });

  test('is none of a stack without images', async () => {
    const { status, output } = await run('plan', true, { IMAGES: '[]' });
    expect(status, output).toBe(0);
    expect(variables()).not.toHaveProperty('cpu_architecture');
  });
});

describe('why a build failed reaches the execution’s cause', () => {
  const error = (summary: string) =>
    `echo '{"type":"diagnostic","diagnostic":{"severity":"error","summary":"${summary}","detail":"of this\\nkind","address":"aws_lb.main"}}'; exit 1`;
  const whyOf = (exports: string) => /^FAILURE=(.*)$/m.exec(exports)?.[1]?.replaceAll('\\', '');

  test.each<[string, string, Record<string, string>, string]>([
    ['plan', 'a plan', { ON_PLAN: error('no VPC') }, 'aws_lb.main: no VPC of this kind'],
    ['apply', 'an apply', { ON_APPLY: error('denied') }, 'aws_lb.main: denied of this kind'],
    [
      'bootstrap',
      'the backend',
      { ON_APPLY: error('denied') },
      'the backend could not be created. aws_lb.main: denied of this kind',
    ],
    [
      'apply',
      'an apply, whose log said something before',
      { ON_APPLY: `echo '{"@message":"aws_lb.main: Still creating..."}'; ${error('denied')}` },
      'aws_lb.main: denied of this kind. The log ends with: aws_lb.main: Still creating...',
    ],
    [
      'apply',
      'a crash, which is no JSON',
      { ON_APPLY: 'echo panic: runtime error >&2; exit 1' },
      'The log ends with: panic: runtime error',
    ],
    ['plan', 'a variable that is refused', { RUN: 'no run' }, 'RUN is no run; it must be the id of a run'],
    [
      'destroy-plan',
      'a plan that destroys too much',
      { MAX_DELETIONS: '3' },
      'the plan destroys 76 resources, more than MAX_DELETIONS=3 allows',
    ],
  ])('%s: %s', async (command, _, variables, why) => {
    const { status, exports } = await build().run(['terraform', command], variables);
    expect(status).toBe(1);
    expect(whyOf(exports)).toBe(why);
  });

  test('and a build that succeeds has no reason', async () => {
    const { status, exports } = await build().run(['terraform', 'apply']);
    expect(status).toBe(0);
    expect(whyOf(exports)).toBeUndefined();
  });
});
