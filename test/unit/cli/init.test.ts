import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { init, initText } from '../../../cli/init/init.ts';
import { patternOf } from '../../../cli/init/names.ts';
import { permissionsOf } from '../../../cli/init/permissions.ts';
import { propose } from '../../../cli/init/proposal.ts';
import { renderConfig } from '../../../cli/init/render.ts';
import { readRoot } from '../../../cli/init/terraform-root.ts';
import intake from '../../../examples/document-intake/runbook.config.ts';
import { parseConfig } from '../../../lib/config/config.ts';
import { rootGrant } from '../../../lib/iam/stack-grants.ts';
import orders from '../../../runbook.config.ts';

const PROJECT = resolve(import.meta.dirname, '../../..');
let checkout: string;
let folder: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'init-'));
  folder = join(checkout, 'shop/terraform');
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

const choices = { root: 'x', project: 'shop', region: 'eu-west-1', dockerfiles: [] };
const GOOD = `
terraform {
  backend "s3" {}
}
provider "aws" {
  default_tags { tags = { project = var.project, environment = var.environment } }
}
variable "project" { type = string }
variable "environment" { type = string }
variable "prefix" { type = string }
variable "account_id" { type = string }
`;

/** Returns the questions about a root with this source in addition to a base that raises none. */
async function questions(source: string, base = GOOD) {
  writeFileSync(join(folder, 'main.tf'), `${base}\n${source}`);
  const { questions: all } = propose(await readRoot(folder), choices);
  return all.filter(({ about, text }) => about !== 'lock file' && !text.startsWith('checks are left out'));
}

describe('the roots of this project', () => {
  test('of the order platform: its own configuration, and nothing to decide', async () => {
    const root = await readRoot(join(PROJECT, 'infra/aws-v3/stack'));
    const dockerfiles = ['api', 'worker'].map((name) => ({ file: `services/${name}/Dockerfile`, context: 'services' }));
    const { config, questions: asked } = propose(root, { ...choices, root: orders.stack.root, dockerfiles });
    expect(asked).toEqual([]);
    const { root: path, checks, images, permissionSets } = orders.stack;
    expect(parseConfig(config).stack).toMatchObject({ root: path, checks, images, permissionSets, grants: [] });
  });

  test('of document intake: the grants that were written by hand', async () => {
    const root = await readRoot(join(PROJECT, 'examples/document-intake/terraform'));
    const { config, questions: asked } = propose(root, { ...choices, root: intake.stack.root });
    const { stack } = parseConfig(config);
    expect(stack.permissionSets).toEqual(intake.stack.permissionSets);
    expect(stack.grants.map(({ actions }) => actions)).toEqual(intake.stack.grants?.map(({ actions }) => actions));
    expect(asked.filter(({ blocks }) => blocks)).toEqual([]);
    expect(asked.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(
        /^which output is order_events_queue_url\? work_queue_url, rejected_queue_url|rejected_queue_url, work_queue_url/,
      ),
    );
  });
});

test('a variable whose name is of a secret is none that an execution gives', async () => {
  writeFileSync(join(folder, 'main.tf'), `${GOOD}\nvariable "db_password" { type = string }`);
  const { config } = propose(await readRoot(folder), choices);
  expect(config.stack).toMatchObject({
    variables: { db_password: { secret: { ssm: '/shop/{environment}/db_password' } } },
  });
});

test('a variable of the environment may be in capitals', async () => {
  const source = GOOD.replace('variable "environment"', 'variable "ENV"').replaceAll('var.environment', 'var.ENV');
  writeFileSync(join(folder, 'main.tf'), source);
  const { config } = propose(await readRoot(folder), choices);
  expect(config.stack).toMatchObject({ variableNames: { environment: 'ENV' } });
});

test.each([
  ['live/aws/dev', 'live'],
  ['shop/envs/prod', 'shop'],
  ['shop/environments/staging/terraform', 'shop'],
])('the project of %s is no environment', async (path, name) => {
  const own = join(checkout, path);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'main.tf'), GOOD);
  const out = join(checkout, 'x.ts');
  await init({ folder: own, out, region: 'eu-west-1', write: true, checkout });
  expect(readFileSync(out, 'utf8')).toContain(`project: '${name}'`);
});

test('the variable of the provider’s region has the region of the deployment', async () => {
  const provider = GOOD.replace('provider "aws" {', 'provider "aws" {\n  region = var.aws_region');
  const asked = await questions('variable "aws_region" { type = string }', provider);
  expect(asked).toEqual([]);
  const { config } = propose(await readRoot(folder), choices);
  expect(config.stack).toMatchObject({ variables: { aws_region: { value: 'eu-west-1' } } });
  const literal = await questions('', GOOD.replace('provider "aws" {', 'provider "aws" {\n  region = "us-east-1"'));
  expect(literal).toMatchObject([
    { blocks: true, text: expect.stringMatching(/has the region "us-east-1".*eu-west-1/) },
  ]);
  const same = GOOD.replace('provider "aws" {', 'provider "aws" {\n  region = "eu-west-1"');
  expect(await questions('', same)).toEqual([]);
});

test('variables have the names and the types of the root, and parse as a configuration', async () => {
  const renamed = GOOD.replace('variable "environment"', 'variable "env"').replaceAll('var.environment', 'var.env');
  const more =
    'variable "size" { type = number }\nvariable "cidrs" { type = list(string) }\nvariable "password" {\n  type = string\n  sensitive = true\n}\nvariable "owner" { type = string }\n';
  writeFileSync(join(folder, 'main.tf'), `${renamed}\n${more}`);
  const { config, questions: asked } = propose(await readRoot(folder), choices);
  expect(asked.filter(({ text }) => /environment's name|owner/.test(text))).toEqual([]);
  const backend = { checks: ['backend'] };
  const waits = { intervalSeconds: 5, waitSeconds: { backend: 30 } };
  const { stack } = parseConfig({ ...config, stack: { ...(config.stack as object), ...backend }, validation: waits });
  expect(stack.variableNames).toEqual({ environment: 'env' });
  expect(stack.variables).toEqual({
    size: { input: 'number', environments: {} },
    cidrs: { input: 'json', environments: {} },
    password: { secret: { ssm: '/shop/{environment}/password' } },
  });
});

/** "Read outputs" refuses them, when everything is made. */
describe('an output that names what the root does not make', () => {
  const SHARED = `
data "aws_lb" "shared" { name = "all" }
data "aws_sqs_queue" "shared" { name = "all" }
locals {
  shared = data.aws_lb.shared
  address = local.shared.dns_name
}
resource "aws_sqs_queue" "own" { name = "fixed-name" }
`;
  const said = async (value: string, name = 'alb_dns_name') => {
    const texts = (await questions(`${SHARED}\noutput "${name}" { value = ${value} }`)).map(({ text }) => text);
    return texts.filter((text) => text.includes('does not make'));
  };

  test.each([
    ['data.aws_lb.shared.dns_name', 'data.aws_lb.shared'],
    ['local.address', 'data.aws_lb.shared'],
    ['data.terraform_remote_state.network.outputs.alb', 'data.terraform_remote_state.network'],
    ['"internal-all-1.eu-west-1.elb.amazonaws.com"', 'the text "internal-all-1.eu-west-1.elb.amazonaws.com"'],
  ])('is asked about: %s', async (value, from) => {
    const [text, ...more] = await said(value);
    expect(text).toContain(`the output alb_dns_name names ${from}, which this root does not make`);
    expect(text).toContain('refused when everything is made');
    expect(more).toEqual([]);
  });

  test('and the checks that need it are left out', async () => {
    const outputs = ['order_events_queue_url', 'order_events_dlq_url'].map(
      (name) => `output "${name}" { value = data.aws_sqs_queue.shared.url }`,
    );
    writeFileSync(join(folder, 'main.tf'), `${GOOD}\n${SHARED}\n${outputs.join('\n')}`);
    const { config } = propose(await readRoot(folder), choices);
    expect((config.stack as { checks: string[] }).checks).not.toContain('sqs-backlog');
  });

  test.each([
    ['alb_dns_name', 'aws_lb.own.dns_name'],
    ['alb_dns_name', 'module.network.alb'],
    ['alb_dns_name', `"\${var.prefix}.internal"`],
    ['order_events_queue_url', '"fixed-name"'],
    ['vpc_id', 'data.aws_vpc.shared.id'],
    ['rds_port', '5432'],
    ['unknown_here', 'data.aws_lb.shared.arn'],
  ])('is none of it: %s = %s', async (name, value) => {
    expect(await said(value, name)).toEqual([]);
  });

  test('nor is a cluster that others share, with a service of the root’s own', async () => {
    const service = 'resource "aws_ecs_service" "own" {}\ndata "aws_ecs_cluster" "all" {}\n';
    const cluster = 'output "ecs_cluster_name" { value = data.aws_ecs_cluster.all.cluster_name }';
    const texts = (await questions(`${service}${cluster}`)).map(({ text }) => text);
    expect(texts.filter((text) => text.includes('does not make'))).toEqual([]);
  });
});

describe('what is asked', () => {
  test('nothing of a root that says everything', async () => {
    expect(await questions('')).toEqual([]);
  });

  test.each([
    ['a local backend', '', GOOD.replace('"s3"', '"local"'), /^the backend "local" is not S3/],
    ['HCP Terraform', '', GOOD.replace('backend "s3" {}', 'cloud {}'), /^the backend "cloud" is not S3/],
    [
      'a variable without a default',
      'variable "db_password" {\n  type = string\n  sensitive = true\n}',
      GOOD,
      /^variable "db_password" \(string; sensitive\) has no default. Say in stack\.variables\.db_password\.secret/,
    ],
    [
      'a password that nothing calls sensitive',
      'variable "db_password" {\n  type = string\n}',
      GOOD,
      /^variable "db_password" \(string\) .*stack\.variables\.db_password\.secret .*write sensitive = true/,
    ],
    [
      'the name of a secret, which is none',
      'variable "secret_name" {\n  type = string\n}',
      GOOD,
      /^variable "secret_name" \(string\) has no default\. Write its value/,
    ],
    [
      'a size without a default',
      'variable "size" {\n  type = number\n  description = "Tasks."\n}',
      GOOD,
      /^variable "size" \(number; Tasks\.\) has no default. Write its value into stack\.variables\.size/,
    ],
    [
      'other tags',
      '',
      GOOD.replace('environment = var.environment', 'env = var.environment'),
      /default_tags have no tag "environment"\. A teardown removes only what carries both, so the runbook adds its tags/,
    ],
    [
      'tags that differ from ours in case alone, which IAM refuses together',
      'variable "permissions_boundary" {}\nresource "aws_iam_role" "task" {\n  permissions_boundary = var.permissions_boundary\n}',
      GOOD.replace('environment = var', 'Environment = var'),
      /^IAM takes "Environment" and "environment" for one key.*refuses a role with both: write "environment"/,
    ],
    ['no default tags', '', GOOD.replace(/default_tags.*/, ''), /no tag "project" and no tag "environment"/],
    [
      'a type that nobody knows',
      'resource "aws_kinesis_stream" "clicks" {\n  name = "x"\n}',
      GOOD,
      /^nobody knows what Terraform needs for aws_kinesis_stream\.clicks/,
    ],
    [
      'repositories of another address',
      `${repositories('repo')}`,
      GOOD,
      /^aws_ecr_repository\.repo lacks a Dockerfile and a variable that takes it\. Complete stack\.images/,
    ],
  ])('%s', async (_, source, base, text) => {
    const asked = await questions(source, base);
    expect(asked.map((one) => one.text)).toContainEqual(expect.stringMatching(text));
  });

  test('of security groups, in whose VPC they are', async () => {
    const group = `resource "aws_security_group" "api" {
      name   = "${'$'}{var.prefix}-api"
      vpc_id = data.aws_vpc.main.id
    }`;
    const texts = async (source: string) => (await questions(source)).map(({ text }) => text);
    expect(await texts(`${group}\ndata "aws_vpc" "main" {}`)).toContainEqual(
      expect.stringMatching(/creates security groups and no VPC\..*stack\.sharedVpcs/),
    );
    const own = `${group.replace('data.', '')}\nresource "aws_vpc" "main" {}`;
    expect(await texts(own)).not.toContainEqual(expect.stringContaining('sharedVpcs'));
  });

  test('of security groups, nothing where a module makes the VPC', async () => {
    mkdirSync(join(checkout, 'shop/modules/network'), { recursive: true });
    writeFileSync(join(checkout, 'shop/modules/network/main.tf'), 'resource "aws_vpc" "main" {}');
    const source = 'module "network" {\n  source = "../modules/network"\n}\nresource "aws_security_group" "api" {}';
    expect((await questions(source)).map(({ text }) => text)).not.toContainEqual(expect.stringContaining('sharedVpcs'));
  });

  test('of roles without a boundary, which are not created', async () => {
    const of = (body: string) => `variable "permissions_boundary" {}\nresource "aws_iam_role" "task" {\n${body}\n}`;
    expect(await questions(of('permissions_boundary = var.permissions_boundary'))).toEqual([]);
    expect(await questions(of(`name = "\${var.prefix}-task"`))).toEqual([
      {
        about: 'variables',
        blocks: true,
        text: expect.stringMatching(/^aws_iam_role\.task: Terraform creates no role/),
      },
    ]);
  });

  test('of a prefix, nothing where names have the environment', async () => {
    const base = GOOD.replace('variable "prefix" { type = string }\n', '');
    expect(await questions('', base)).toContainEqual(expect.objectContaining({ about: 'variables', blocks: true }));
    const named = `resource "aws_sqs_queue" "a" {\n  name = "shop-\${var.environment}-v1-a"\n}`;
    expect(await questions(named, base)).toEqual([]);
  });

  test('of log groups that tasks may not write to, which the set of messaging does not have', async () => {
    const root = (name: string) =>
      `resource "aws_ecs_task_definition" "t" {}\nresource "aws_cloudwatch_log_group" "g" {\n  name = "${name}"\n}`;
    const of = async (name: string) => {
      const asked = await questions(root(name));
      const { permissionSets } = propose(await readRoot(folder), choices).config.stack as { permissionSets: string[] };
      const texts = asked.filter(({ about }) => about === 'permissions').map(({ text }) => text);
      return [permissionSets.includes('messaging'), ...texts];
    };
    expect(await of('/ecs/$' + '{var.prefix}/web')).toEqual([true]);
    for (const name of ['/ecs/$' + '{var.prefix}-web', '/aws/ecs/$' + '{var.prefix}/web'])
      expect(await of(name)).toEqual([
        false,
        expect.stringMatching(/^aws_cloudwatch_log_group\.g is called .*does not start/),
      ]);
    expect(await of('/aws/vendedlogs/$' + '{var.prefix}')).toEqual([false]);
  });

  test('of a root without a lock file, which builds refuse', async () => {
    writeFileSync(join(folder, 'main.tf'), GOOD);
    const { questions: asked } = propose(await readRoot(folder), choices);
    expect(asked.filter(({ about }) => about === 'lock file')).toMatchObject([
      { about: 'lock file', blocks: true, text: expect.stringMatching(/-platform=linux_amd64 -platform=linux_arm64/) },
    ]);
  });

  test('of a variable that a file has, which Terraform does not read by itself', async () => {
    writeFileSync(join(folder, 'dev.tfvars'), 'size = 3\n');
    writeFileSync(join(folder, 'terraform.tfvars'), 'count_of = 3\n');
    const [asked, ...others] = await questions('variable "size" {}\nvariable "count_of" {}');
    expect(others).toEqual([]);
    expect(asked?.text).toMatch(/^variable "size" .*dev\.tfvars has a value, and Terraform does not read that file/);
  });

  test('of what local modules make, wherever they are, and of what terraform init has installed', async () => {
    const at = (path: string, text: string) => {
      mkdirSync(join(checkout, 'shop', path), { recursive: true });
      writeFileSync(join(checkout, 'shop', path, 'main.tf'), text);
    };
    at('modules/queue', 'module "inner" {\n  source = "../inner"\n}\nresource "aws_sqs_queue" "q" {}');
    at('modules/inner', 'resource "aws_opensearch_domain" "d" {}');
    at('terraform/.terraform/modules/vpc', 'resource "aws_nat_gateway" "n" {}');
    const Modules = [{ Key: 'vpc', Source: 'registry.terraform.io/x/vpc/aws', Dir: '.terraform/modules/vpc' }];
    writeFileSync(join(folder, '.terraform/modules/modules.json'), JSON.stringify({ Modules }));
    const source =
      'module "queue" {\n  source = "../modules/queue"\n}\nmodule "vpc" {\n  source = "x/vpc/aws"\n}\nmodule "gone" {\n  source = "../gone"\n}';
    writeFileSync(join(folder, 'main.tf'), `${GOOD}\n${source}`);
    const { config, questions: asked } = propose(await readRoot(folder), choices);
    expect(config.stack).toMatchObject({ permissionSets: ['egress', 'messaging'] });
    expect(asked.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('module.queue.module.inner.aws_opensearch_domain.d'),
        expect.stringMatching(/^what the modules \.\.\/gone make is not seen here/),
      ]),
    );
  });

  test('of names that begin with the environment, in modules too: its variable is given the prefix', async () => {
    mkdirSync(join(checkout, 'shop/modules/queue'), { recursive: true });
    const named = `variable "name" { type = string }\nresource "aws_sqs_queue" "q" {\n  name = "\${var.name}-jobs"\n}`;
    writeFileSync(join(checkout, 'shop/modules/queue/main.tf'), named);
    const root = `variable "env" { type = string }\nmodule "queue" {\n  source = "../modules/queue"\n  name = var.env\n}`;
    writeFileSync(join(folder, 'main.tf'), root);
    const { config, questions: asked } = propose(await readRoot(folder), choices);
    expect(config.stack).toMatchObject({ variableNames: { prefix: 'env', environment: null } });
    expect(asked).toContainEqual(
      expect.objectContaining({ about: 'variables', text: expect.stringMatching(/^names begin with var\.env, so/) }),
    );
    expect(asked.map(({ text }) => text)).not.toContainEqual(expect.stringContaining('does not declare prefix'));
  });

  test('of a module, what it makes', async () => {
    const asked = await questions('module "vpc" {\n  source = "terraform-aws-modules/vpc/aws"\n}');
    expect(asked).toMatchObject([{ about: 'modules', text: expect.stringContaining('terraform-aws-modules/vpc/aws') }]);
  });
});

function repositories(name: string): string {
  return `resource "aws_ecr_repository" "${name}" {\n  name = "\${var.prefix}/api"\n}`;
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own interpolation
test('a root without a backend, or without tags, is given them', async () => {
  writeFileSync(join(folder, 'main.tf'), GOOD.replace('backend "s3" {}', '').replace(/default_tags.*/, ''));
  const { config, questions: asked } = propose(await readRoot(folder), choices);
  expect(parseConfig({ ...config, stack: { ...(config.stack as object), checks: ['backend'] } }).stack.tags).toBe(
    'runbook',
  );
  expect(asked.filter(({ about, blocks }) => blocks && about !== 'lock file')).toEqual([]);
  writeFileSync(join(folder, 'main.tf'), GOOD);
  expect(propose(await readRoot(folder), choices).config.stack).not.toHaveProperty('tags');
});

describe('images', () => {
  const proposed = async (source: string, files: string[]) => {
    writeFileSync(join(folder, 'main.tf'), `${GOOD}\n${source}`);
    const dockerfiles = files.map((file) => ({ file, context: file.slice(0, file.lastIndexOf('/')) }));
    const { config, questions: asked } = propose(await readRoot(folder), { ...choices, dockerfiles });
    const { images } = parseConfig(config).stack;
    return { images, asked: asked.filter(({ about }) => about === 'images').map(({ text }) => text) };
  };

  test('the only repository, Dockerfile, variable and service belong together, whatever they are called', async () => {
    const source = `${repositories('this')}
      variable "container_image_digest" {}
      output "service" { value = aws_ecs_service.web.name }`;
    expect(await proposed(source, ['apps/site/Dockerfile'])).toEqual({
      images: [
        {
          ...{ name: 'shop', dockerfile: 'apps/site/Dockerfile', variable: 'container_image_digest', takes: 'digest' },
          ...{ repository: { address: 'aws_ecr_repository.this', name: '{prefix}/api' }, service: 'service' },
        },
      ],
      asked: [],
    });
  });

  test('as many as a loop makes are distinguished by its keys', async () => {
    const source = `
      locals { apps = { web = {}, jobs = {}, mail = {} } }
      resource "aws_ecr_repository" "app" {
        for_each = local.apps
        name     = "\${var.prefix}-\${each.key}"
      }
      variable "web_image" {}
      variable "jobs_image" {}
      output "web_service_name" { value = "x" }`;
    const { images, asked } = await proposed(source, ['apps/web/Dockerfile', 'apps/jobs/Dockerfile']);
    expect(images.map(({ name, repository, service }) => [name, repository, service])).toEqual([
      ['jobs', { address: 'aws_ecr_repository.app["jobs"]' }, undefined],
      ['web', { address: 'aws_ecr_repository.app["web"]' }, 'web_service_name'],
    ]);
    expect(asked).toEqual([
      expect.stringMatching(/^no output names the ECS service that runs jobs/),
      expect.stringMatching(/^aws_ecr_repository\.app\["mail"\] lacks a Dockerfile and a variable that takes it/),
    ]);
  });

  test('of repositories in modules have the address of the module', async () => {
    mkdirSync(join(checkout, 'shop/modules/ecr'), { recursive: true });
    const module = 'variable "name" {}\nresource "aws_ecr_repository" "this" {\n  name = var.name\n}';
    writeFileSync(join(checkout, 'shop/modules/ecr/main.tf'), module);
    const call = 'module "ecr" {\n  source = "../modules/ecr"\n  name = "${var.prefix}-web"\n}';
    const variable = 'variable "web_image" {}\noutput "service_name" { value = "x" }';
    const { images, asked } = await proposed(`${call}\n${variable}`, ['apps/web/Dockerfile']);
    expect(images).toMatchObject([
      { dockerfile: 'apps/web/Dockerfile', repository: { address: 'module.ecr.aws_ecr_repository.this' } },
    ]);
    expect(asked).toEqual([]);
    const looped = call.replace('{\n', '{\n  for_each = toset(["a", "b"])\n');
    expect((await proposed(`${looped}\n${variable}`, ['apps/web/Dockerfile'])).asked).toEqual([
      expect.stringMatching(/^module\.ecr\.aws_ecr_repository\.this is created by a loop/),
    ]);
  });

  test('have no variable that takes a tag', async () => {
    const source = `${repositories('this')}\nvariable "container_image_tag" {}`;
    expect((await proposed(source, ['apps/web/Dockerfile'])).asked).toEqual([
      expect.stringMatching(/lacks a variable that takes it \(container_image_tag takes a tag/),
    ]);
  });

  test('of a loop whose keys only a plan shows, are a question', async () => {
    const source = `${repositories('app').replace('{\n', '{\n  for_each = var.apps\n')}\nvariable "apps" {}`;
    expect((await proposed(source, [])).asked).toEqual([
      expect.stringMatching(/created by a loop whose keys only a plan shows/),
    ]);
  });
});

describe('the pattern of names', () => {
  test.each([
    ['by prefix', 'resource "aws_sqs_queue" "a" {\n  name = "${var.prefix}-a"\n}', 'any'],
    [
      'by project and environment',
      'resource "aws_sqs_queue" "a" {\n  name = "shop-${var.environment}-a"\n}',
      'shop-{environment}',
    ],
    [
      'with a version behind',
      'locals {\n  n = "shop-${var.environment}-v3"\n}\nresource "aws_sqs_queue" "a" {\n  name = "${local.n}-a"\n}',
      'shop-{environment}-v3',
    ],
    [
      'by a variable of the project',
      'resource "aws_sqs_queue" "a" {\n  name = "${var.project}-${var.environment}-a"\n}',
      '{project}-{environment}',
    ],
    ['of nothing', 'resource "aws_sqs_queue" "a" {\n  name = "a"\n}', undefined],
  ])('%s', async (_, source, pattern) => {
    writeFileSync(join(folder, 'main.tf'), `${GOOD}\n${source}`);
    const found = patternOf(await readRoot(folder));
    expect(typeof found === 'object' ? found.pattern : found).toBe(pattern);
  });

  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own interpolation

  test('names what does not follow it', async () => {
    const named = (name: string) =>
      `resource "aws_sqs_queue" "${name}" {\n  name = "${name}-\${var.environment}-q"\n}\n`;
    const asked = await questions(`${named('shop')}${named('shop').replace('"shop" {', '"b" {')}${named('other')}`);
    expect(asked.map(({ text }) => text)).toEqual([
      '1 name does not begin with shop-{environment}, and is found by tags and inventory alone: aws_sqs_queue.other (other-{environment}-q)',
      'shop-{environment} has no suffix: an environment "a" is refused while "a-b" exists, whose names begin alike',
    ]);
  });
});

describe('the file', () => {
  const run = (more: object = {}) =>
    init({ folder, checkout, out: join(folder, 'c.ts'), region: 'eu-west-1', write: false, ...more });
  beforeEach(() => writeFileSync(join(folder, 'main.tf'), GOOD));

  test('is written, and is a configuration', async () => {
    const { result } = await run();
    expect(result).toBe('written');
    const text = readFileSync(join(folder, 'c.ts'), 'utf8');
    expect(text).toMatch(
      /^import type \{ RunbookConfig \} from '\.\.\/\.\.\/lib\/config\/config\.ts';\n\nexport default \{/,
    );
    expect(text).toContain("root: 'shop/terraform'");
    const { default: config } = (await import(join(folder, 'c.ts'))) as { default: unknown };
    expect(parseConfig(config)).toMatchObject({ project: 'shop', namePattern: 'shop-{environment}-v1' });
  });

  test('has images with the folder that their Dockerfile copies from', async () => {
    const source = `${GOOD}${repositories('web')}\nvariable "web_image" {}`;
    writeFileSync(join(folder, 'main.tf'), source);
    mkdirSync(join(checkout, 'apps/web'), { recursive: true });
    writeFileSync(join(checkout, 'apps/package.json'), '{}');
    writeFileSync(
      join(checkout, 'apps/web/Dockerfile'),
      'FROM x AS a\nCOPY package.json web/ ./\nCOPY --from=a /y /z\n',
    );
    await run();
    const text = readFileSync(join(folder, 'c.ts'), 'utf8');
    expect(text).toContain("context: 'apps'");
    expect(text).toContain("repository: { address: 'aws_ecr_repository.web', name: '{prefix}/api' }");
  });

  test('is left when it says something else, and what differs is shown', async () => {
    await run();
    expect((await run()).result).toBe('unchanged');
    const file = join(folder, 'c.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace('maxLifeHours: 24', 'maxLifeHours: 48'));
    const again = await run();
    expect(again.result).toBe('differs');
    expect(again.diff).toContain('-  maxLifeHours: 48,\n+  maxLifeHours: 24,');
    expect(initText(again)).toContain('--write replaces it');
    expect(readFileSync(file, 'utf8')).toContain('48');
    expect((await run({ write: true })).result).toBe('written');
    expect(readFileSync(file, 'utf8')).toContain('maxLifeHours: 24');
  });

  test.each([
    ['an empty folder', () => rmSync(join(folder, 'main.tf')), {}, /has no \.tf file/],
    ['a folder that is not there', () => {}, { folder: '/nowhere/at/all' }, /is outside of/],
    ['source that does not parse', () => writeFileSync(join(folder, 'main.tf'), 'resource "x" {'), {}, /main\.tf: .*/],
  ])('%s is named', async (_, prepare, more, message) => {
    prepare();
    await expect(run(more)).rejects.toThrow(message);
  });
});

test('a configuration is text that a person would write', () => {
  expect(renderConfig({ a: "it's", b: ['x'], c: { 'a-b': 1, d: {} } }, './c.ts')).toBe(
    `import type { RunbookConfig } from './c.ts';\n\nexport default {\n  a: "it's",\n  b: ['x'],\n  c: { 'a-b': 1, d: {} },\n} satisfies RunbookConfig;\n`,
  );
});

describe('checks of resources', () => {
  const proposed = async (source: string) => {
    writeFileSync(join(folder, 'main.tf'), `${GOOD}\n${source}`);
    const { config, questions: asked } = propose(await readRoot(folder), choices);
    const { resourceChecks } = (config.stack ?? {}) as { resourceChecks?: { name: string; targets: object[] }[] };
    const { stack } = parseConfig({ ...config, stack: { checks: ['backend'], ...(config.stack as object) } });
    expect(stack.resourceChecks.length).toBe(resourceChecks?.length ?? 0);
    const targets = Object.fromEntries((resourceChecks ?? []).map(({ name, targets: of }) => [name, of]));
    return { targets, asked: asked.filter(({ about }) => about === 'checks').map(({ text }) => text) };
  };
  const block = (type: string, body = '', name = 'x') => `resource "${type}" "${name}" {\n  ${body}\n}\n`;
  const recovery = 'point_in_time_recovery {\n    enabled = true\n  }';
  const api = block('aws_apigatewayv2_api', 'protocol_type = "HTTP"');
  const alarm = (actions: string, name?: string) =>
    block('aws_cloudwatch_metric_alarm', `treat_missing_data = "notBreaching"\n  alarm_actions = ${actions}`, name);

  test.each<[name: string, source: string, targets: object]>([
    ['nothing', '', {}],
    ['a table', block('aws_dynamodb_table'), { resources: [{ kind: 'dynamodb' }] }],
    [
      'tables that can be restored',
      block('aws_dynamodb_table', recovery) + block('aws_dynamodb_table', recovery, 'y'),
      { resources: [{ kind: 'dynamodb', pointInTimeRecovery: true }] },
    ],
    [
      'tables of which one can not',
      block('aws_dynamodb_table', recovery) + block('aws_dynamodb_table', '', 'y'),
      { resources: [{ kind: 'dynamodb' }] },
    ],
    ['a queue', block('aws_sqs_queue'), { resources: [{ kind: 'sqs' }] }],
    ['a function, which is not invoked', block('aws_lambda_function'), { resources: [{ kind: 'lambda' }] }],
    ['a machine', block('aws_sfn_state_machine'), { resources: [{ kind: 'step-functions' }] }],
    [
      'a machine that lists no executions',
      block('aws_sfn_state_machine', 'type = "EXPRESS"') + block('aws_sfn_state_machine', '', 'y'),
      { resources: [{ kind: 'step-functions', last: 0 }] },
    ],
    [
      'a machine of a type that only a plan shows',
      `${block('aws_sfn_state_machine', 'type = var.type')}variable "type" {\n  default = "STANDARD"\n}\n`,
      { resources: [{ kind: 'step-functions', last: 0 }] },
    ],
    [
      'all of them, in one check',
      ['aws_dynamodb_table', 'aws_sqs_queue', 'aws_lambda_function'].map((type) => block(type)).join(''),
      { resources: [{ kind: 'dynamodb' }, { kind: 'lambda' }, { kind: 'sqs' }] },
    ],
    ['an API', api, { 'front-door': [{ kind: 'http', of: { address: 'aws_apigatewayv2_api.x' }, path: '/' }] }],
    [
      'the stage of an API, and not the API twice',
      api + block('aws_apigatewayv2_stage'),
      { 'front-door': [{ kind: 'http', of: { address: 'aws_apigatewayv2_stage.x' }, path: '/' }] },
    ],
    ['an API of WebSockets', block('aws_apigatewayv2_api', 'protocol_type = "WEBSOCKET"'), {}],
    [
      'a website',
      block('aws_s3_bucket_website_configuration'),
      {
        'front-door': [
          { kind: 'http', of: { address: 'aws_s3_bucket_website_configuration.x' }, scheme: 'http', path: '/' },
        ],
      },
    ],
    [
      'a website behind a distribution',
      block('aws_s3_bucket_website_configuration') + block('aws_cloudfront_distribution'),
      { 'front-door': [{ kind: 'http', of: { address: 'aws_cloudfront_distribution.x' }, path: '/' }] },
    ],
    [
      'the URL of a function, for everybody and for callers who sign',
      block('aws_lambda_function_url', 'authorization_type = "NONE"') +
        block('aws_lambda_function_url', 'authorization_type = "AWS_IAM"', 'y'),
      { 'front-door': [{ kind: 'http', of: { address: 'aws_lambda_function_url.x' }, path: '/' }] },
    ],
    ['alarms', alarm('[aws_sns_topic.x.arn]') + alarm('[]', 'y'), { alarms: [{ kind: 'alarms' }] }],
    [
      'alarms, and not those that scale',
      alarm('[aws_sns_topic.x.arn]') + alarm('[aws_appautoscaling_policy.in.arn]', 'y'),
      { alarms: [{ kind: 'alarms', of: { address: 'aws_cloudwatch_metric_alarm.x' } }] },
    ],
    // A check that finds nothing would be refused at "Read outputs", when everything is made.
    [
      'what a condition may leave out',
      `${block('aws_dynamodb_table', 'count = var.on ? 1 : 0')}variable "on" {\n  default = false\n}\n`,
      {},
    ],
    [
      'what a loop makes',
      block('aws_sqs_queue', 'for_each = toset([])') + block('aws_lambda_function', 'count = 0'),
      {},
    ],
    [
      'one that is there, beside one that may be',
      block('aws_sqs_queue') + block('aws_sqs_queue', 'count = 0', 'y'),
      { resources: [{ kind: 'sqs' }] },
    ],
    ['what others own', 'data "aws_dynamodb_table" "x" {\n  name = "x"\n}\n', {}],
  ])('%s', async (_, source, targets) => {
    expect((await proposed(source)).targets).toEqual(targets);
  });

  test('a queue that the backlog’s own check looks at has no second one', async () => {
    const outputs = ['queue', 'dlq'].map(
      (name) => `output "order_events_${name}_url" { value = aws_sqs_queue.${name}.url }\n`,
    );
    const source = block('aws_sqs_queue', '', 'queue') + block('aws_sqs_queue', '', 'dlq') + outputs.join('');
    writeFileSync(join(folder, 'main.tf'), `${GOOD}\n${source}`);
    const { config } = propose(await readRoot(folder), choices);
    expect(config.stack).toMatchObject({ checks: ['sqs-backlog', 'backend'] });
    expect(config.stack).not.toHaveProperty('resourceChecks');
  });

  test('what only people know is asked: the path of an endpoint, and an alarm that may be silent', async () => {
    const { asked } = await proposed(api + block('aws_cloudwatch_metric_alarm', 'alarm_name = "x"'));
    expect(asked).toEqual([
      expect.stringMatching(/GET \/ of aws_apigatewayv2_api\.x to answer 200.*path.*status/),
      expect.stringMatching(/aws_cloudwatch_metric_alarm\.x.*INSUFFICIENT_DATA.*UNKNOWN.*allowInsufficientData/),
    ]);
    expect((await proposed(alarm('[]'))).asked).toEqual([]);
    const urls = Array.from({ length: 14 }, (_, n) =>
      block('aws_lambda_function_url', 'authorization_type = "NONE"', `u${n}`),
    );
    const { targets, asked: left } = await proposed(urls.join(''));
    expect(targets['front-door']).toHaveLength(12);
    expect(left).toContainEqual(expect.stringMatching(/of their own for .*\.u8, .*\.u9$/));
  });
});

test.each([
  `alias/shop-\${var.environment}-v1-data`,
  `/aws/lambda/shop-\${var.environment}-v1-a`,
  `/shop-\${var.environment}-v1/a`,
])('the name %s begins with the pattern, behind what its service has before it', async (name) => {
  const source = `resource "aws_sqs_queue" "a" {\n  name = "shop-\${var.environment}-v1-a"\n}\n`;
  const all = await questions(`${source}resource "aws_kms_alias" "a" {\n  name = "${name}"\n}\n`);
  expect(all.filter(({ about }) => about === 'names')).toEqual([]);
});

describe('what no name and no tag limits', () => {
  const asked = async (source: string) =>
    (await questions(source)).filter(({ about }) => about === 'permissions').map(({ blocks, text }) => [blocks, text]);

  test('is asked for: the zones and the records of Route 53', async () => {
    const source =
      'data "aws_route53_zone" "a" {\n  name = "x"\n}\nresource "aws_route53_record" "a" {\n  name = "x"\n}\n';
    expect(await asked(source)).toEqual([
      [
        true,
        "in which hosted zones, and under which names, are aws_route53_record.a, data.aws_route53_zone.a? Write them into stack.zones: [{ id: 'Z…', records: ['*.dev.example.com'] }]",
      ],
    ]);
  });

  test.each([
    ['resource "aws_cloudfront_distribution" "a" {}', 'aws_cloudfront_distribution.a: cloudfront:CreateDistribution'],
    ['resource "aws_route53_zone" "a" {}', 'aws_route53_zone.a: route53:AssociateVPCWithHostedZone'],
    ['resource "aws_apigatewayv2_api" "a" {}', 'aws_apigatewayv2_api.a: apigateway:POST, apigateway:PUT'],
    ['resource "aws_api_gateway_stage" "a" {}', 'aws_api_gateway_stage.a: apigateway:POST, apigateway:PUT'],
  ])('%s is named, with the word that a grant needs', async (source, said) => {
    const [[blocks, text] = []] = await asked(`${source}\n`);
    expect(blocks).toBe(true);
    expect(text).toContain(`no name, tag or id limits ${said}`);
    expect(text).toContain('stack.grants with reachesOthers: true');
  });

  test('is not what the sets have', async () => {
    for (const type of ['aws_api_gateway_method', 'aws_apigatewayv2_route', 'aws_efs_access_point'])
      expect(await asked(`resource "${type}" "a" {}\n`)).toEqual([]);
  });
});

test.each<[string, string, object]>([
  ['the environment’s parameter', `data "aws_ssm_parameter" "a" {\n  name = "/\${var.prefix}/a"\n}\n`, { refused: [] }],
  ['a parameter of AWS', 'data "aws_ssm_parameter" "a" {\n  name = "/aws/service/ami"\n}\n', { refused: [] }],
  [
    'a parameter of others',
    'data "aws_ssm_parameter" "a" {\n  name = "/shared/a"\n}\n',
    { refused: ['data.aws_ssm_parameter.a: ssm:GetParameter'] },
  ],
  [
    'a secret of others',
    'data "aws_secretsmanager_secret" "a" {\n  name = "shared"\n}\n',
    { refused: ['data.aws_secretsmanager_secret.a: secretsmanager:DescribeSecret, secretsmanager:GetResourcePolicy'] },
  ],
  ['a cluster', 'data "aws_rds_cluster" "a" {\n  cluster_identifier = "x"\n}\n', { refused: [] }],
])('%s that a root reads', async (_, source, expected) => {
  writeFileSync(join(folder, 'main.tf'), `${GOOD}\n${source}`);
  const { refused, unknown, grants } = permissionsOf(await readRoot(folder));
  expect({ refused, unknown }).toMatchObject({ ...expected, unknown: [] });
  for (const grant of grants) expect(rootGrant.safeParse(grant).success, JSON.stringify(grant)).toBe(true);
  expect(grants.length > 0).toBe(refused.length === 0);
});

test.each<[string, string, string[], string | undefined]>([
  [
    'of a function',
    `/aws/lambda/\${var.name}`,
    [],
    'arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{prefix}*',
  ],
  ['of a task', `/ecs/\${var.name}/api`, ['messaging'], undefined],
  ['of nobody knows what', `\${var.name}`, ['messaging'], undefined],
])('a log group %s in a module, whose name its caller gives', async (_, name, permissionSets, resource) => {
  mkdirSync(join(folder, 'logs'));
  const variable = 'variable "name" {}\n';
  writeFileSync(
    join(folder, 'logs/main.tf'),
    `${variable}resource "aws_cloudwatch_log_group" "a" {\n  name = "${name}"\n}\n`,
  );
  writeFileSync(
    join(folder, 'main.tf'),
    `${GOOD}\nmodule "logs" {\n  source = "./logs"\n  for_each = toset(["a"])\n  name = "\${var.prefix}-\${each.key}"\n}\n`,
  );
  const permissions = permissionsOf(await readRoot(folder));
  expect(permissions.permissionSets).toEqual(permissionSets);
  const created = permissions.grants.find(({ actions }) => actions.includes('logs:CreateLogGroup'));
  expect(created?.resources[0]).toBe(resource);
});
