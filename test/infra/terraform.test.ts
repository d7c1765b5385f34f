import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTools, terraformConfiguration } from '../../lab/tools.ts';
import { environmentName } from '../../lambdas/contracts/contracts.ts';
import config from '../../runbook.config.ts';
import { faultsOf, type PolicyKind } from './support/authorization.ts';
import { LONGEST } from './support/longest-name.ts';
import { PROJECT_ROOT } from './support/runbook.ts';
import {
  initialize,
  policiesOfRoot,
  type Resource,
  resourcesOf,
  type TestedRoot,
  testRoot,
} from './support/terraform-policies.ts';

/** Each root's own tests run once. Other tests read what these have planned. */

const STACK = join(PROJECT_ROOT, 'infra/aws-v3/stack');

const scratch = mkdtempSync(join(tmpdir(), 'runbook-terraform-'));
let cliConfiguration: string;

/**
 * Runs Terraform in a root.
 * @returns its standard output
 * @throws {Error} with everything that Terraform printed, when its exit code is not 0
 */
async function terraform(root: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(
    'terraform',
    [`-chdir=${join(PROJECT_ROOT, root)}`, ...args, '-no-color'],
    {
      // Terraform's working data stays outside the checkout, because builds are bundled from it.
      env: {
        ...process.env,
        TF_CLI_CONFIG_FILE: cliConfiguration,
        TF_DATA_DIR: join(scratch, root),
        TF_IN_AUTOMATION: '1',
      },
      maxBuffer: 16 * 1024 * 1024,
    },
  ).catch((error: Error & { stdout?: string; stderr?: string }) => {
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
  });
  return stdout;
}

beforeAll(async () => {
  cliConfiguration = terraformConfiguration(await findTools(PROJECT_ROOT), scratch, PROJECT_ROOT);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('the roots are formatted', async () => {
  for (const folder of ['infra/aws-v3', 'examples']) {
    expect(await terraform(folder, 'fmt', '-check', '-recursive', '-diff')).toBe('');
  }
});

test('nothing expires an image while its repository exists: a task definition may name any of them', () => {
  const files = readdirSync(STACK).filter((name) => name.endsWith('.tf'));
  const expiring = files.filter((name) => readFileSync(join(STACK, name), 'utf8').includes('"aws_ecr_lifecycle'));
  expect(files).toContain('ecr.tf');
  expect(expiring).toEqual([]);
});

const ROOTS: { root: string; tests?: string; kinds?: readonly PolicyKind[] }[] = [
  { root: 'infra/aws-v3/bootstrap', tests: 'tests/backend.tftest.hcl', kinds: ['resource'] },
  {
    root: 'infra/aws-v3/stack',
    tests: 'tests/permissions.tftest.hcl',
    kinds: ['identity', 'resource', 'trust'],
  },
  { root: 'examples/document-intake/terraform', tests: 'tests/documents.tftest.hcl', kinds: ['resource'] },
  { root: 'examples/short-links/terraform', tests: 'tests/api.tftest.hcl', kinds: ['identity', 'trust'] },
  { root: 'examples/web-service/terraform' },
];

const environments = new Map<string, Promise<NodeJS.ProcessEnv>>();
const results = new Map<string, Promise<TestedRoot>>();

function initialized(root: string): Promise<NodeJS.ProcessEnv> {
  const environment =
    environments.get(root) ?? initialize(join(PROJECT_ROOT, root), join(scratch, root), cliConfiguration);
  environments.set(root, environment);
  return environment;
}

function tested(root: string): Promise<TestedRoot> {
  const result = results.get(root) ?? initialized(root).then((env) => testRoot(join(PROJECT_ROOT, root), env));
  results.set(root, result);
  return result;
}

describe.each(ROOTS)('the root $root', ({ root, tests = '', kinds }) => {
  test('is valid with the locked provider', async () => {
    await initialized(root);
    expect(await terraform(root, 'validate')).toContain('The configuration is valid');
  });

  test('passes its own tests', async () => {
    const { summary } = await tested(root);
    expect(summary).toMatchObject({ status: 'pass', failed: 0, errored: 0 });
    expect(summary.passed).toBeGreaterThan(0);
  });

  if (!kinds) return;
  test('has policies that grant what AWS knows', async () => {
    const policies = policiesOfRoot(await tested(root), tests);
    expect([...new Set(policies.map(({ kind }) => kind))].sort()).toEqual(kinds);
    for (const { name, statements, kind } of policies) expect(await faultsOf(statements, kind), name).toEqual([]);
  });
});

/**
 * AWS limits these names of an environment to this number of characters. The source is the API reference of each
 * service.
 */
const OF_ENVIRONMENTS: Record<string, [attribute: string, most: number]> = {
  aws_appautoscaling_policy: ['name', 256],
  aws_cloudwatch_dashboard: ['dashboard_name', 255],
  aws_cloudwatch_event_rule: ['name', 64],
  aws_cloudwatch_log_group: ['name', 512],
  aws_cloudwatch_log_metric_filter: ['name', 512],
  aws_cloudwatch_metric_alarm: ['alarm_name', 255],
  aws_db_instance: ['identifier', 63],
  aws_db_subnet_group: ['name', 255],
  aws_ecr_repository: ['name', 256],
  aws_ecs_cluster: ['name', 255],
  aws_ecs_service: ['name', 255],
  aws_ecs_task_definition: ['family', 255],
  aws_iam_role: ['name', 64],
  aws_iam_role_policy: ['name', 128],
  aws_lb: ['name', 32],
  aws_lb_target_group: ['name', 32],
  // The provider appends 26 digits.
  aws_security_group: ['name_prefix', 255 - 26],
  aws_secretsmanager_secret: ['name', 512],
  aws_sns_topic: ['name', 256],
  aws_sqs_queue: ['name', 80],
};

describe('the longest name of an environment', () => {
  let planned: Resource[];
  beforeAll(async () => {
    planned = resourcesOf(await tested('infra/aws-v3/stack'), 'tests/naming.tftest.hcl', 'a_long_name');
  });

  test('is the one that the root is planned with', () => {
    expect(environmentName.safeParse(LONGEST).success).toBe(true);
    expect(environmentName.safeParse(`${LONGEST}x`).success).toBe(false);
    const cluster = planned.find(({ type }) => type === 'aws_ecs_cluster');
    expect(cluster?.values.name).toBe(`${config.namePattern.replace('{environment}', LONGEST)}-cluster`);
  });

  test.each(Object.entries(OF_ENVIRONMENTS))('fits into %s', (type, [attribute, most]) => {
    const names = planned.filter((one) => one.type === type).map(({ values }) => String(values[attribute]));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((one) => one.length > most || one === 'undefined')).toEqual([]);
  });

  test('fits into every name of every type', () => {
    const named = planned.filter(({ values }) => ['name', 'identifier', 'family'].some((key) => values[key]));
    expect([...new Set(named.map(({ type }) => type))].filter((type) => !OF_ENVIRONMENTS[type])).toEqual([]);
  });

  // https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
  test('fits into tags', () => {
    for (const { address, values } of planned) {
      for (const [key, value] of Object.entries((values.tags_all ?? {}) as Record<string, string>)) {
        expect(key.length, address).toBeLessThanOrEqual(128);
        expect(value.length, address).toBeLessThanOrEqual(256);
      }
    }
  });
});
