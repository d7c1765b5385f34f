import { execFile } from 'node:child_process';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ecsService } from '../../../lab/ecs/ecs.ts';
import { elbService } from '../../../lab/elb/elb.ts';
import { FreshAccount } from '../../../lab/iam/fresh-account.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { LabService } from '../../../lab/service.ts';
import { findTools, terraformConfiguration } from '../../../lab/tools.ts';

/** The provider does not repeat RegisterTaskDefinition, which AWS denies for a role that is a few seconds old: docs/first-use.md. */

let lab: Lab;
let fresh: FreshAccount;
/** The load balancer has its listener, which takes minutes on AWS. */
let balanced = false;

const listeners: LabService = {
  services: ['elasticloadbalancing'],
  handle: async () => undefined,
  async after(request, response) {
    if (request.action === 'CreateListener' && response.status < 300) balanced = true;
    return response;
  },
};

beforeAll(async () => {
  lab = await startLab({
    services: [
      (context) => {
        fresh = new FreshAccount(context, { settleMs: 1, now: () => (balanced ? 1 : 0) });
        return fresh;
      },
      () => listeners,
      (context) => elbService(context),
      (context) => ecsService(context),
    ],
  });
});
afterAll(() => lab?.stop());

const VARIABLES = {
  ...{ project: 'web', environment: 'dev', prefix: 'web-dev-v1', account_id: '123456789012', run: 'a', owner: 'a' },
  ...{ expires_at: '2030-01-01T00:00:00Z', s3_use_path_style: 'true', max_retries: '2' },
  permissions_boundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
  web_image: `web@sha256:${'0'.repeat(64)}`,
};

test('its task definition is registered when the role has been there for as long as a load balancer takes', async () => {
  const { projectRoot, directory } = lab.context;
  const folder = join(directory, 'web-service');
  await cp(join(projectRoot, 'examples/web-service/terraform'), folder, { recursive: true });
  await writeFile(join(folder, 'local_override.tf.json'), JSON.stringify({ terraform: [{ backend: { local: {} } }] }));
  const env = {
    ...process.env,
    ...lab.environment,
    TF_CLI_CONFIG_FILE: terraformConfiguration(await findTools(projectRoot), directory, projectRoot),
    ...Object.fromEntries(Object.entries(VARIABLES).map(([name, value]) => [`TF_VAR_${name}`, value])),
  };
  const terraform = (...args: string[]) =>
    promisify(execFile)('terraform', [...args, '-no-color', '-input=false'], { cwd: folder, env });
  await terraform('init');
  // The service itself is left out: no image is here that it could run.
  const targets = ['module.load_balancer', 'module.web.aws_ecs_task_definition.this'].map((one) => `-target=${one}`);
  await terraform('apply', '-auto-approve', ...targets);
  expect(fresh.refusals).toEqual([]);
});
