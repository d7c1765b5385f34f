import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PolicyKind, Statement } from './authorization.ts';
import type { NamedPolicies } from './template-policies.ts';

/**
 * The module reads the resources and policies of a Terraform root, as one of its own tests plans or applies them with a
 * mocked provider.
 */

export interface Resource {
  address: string;
  type: string;
  values: Record<string, unknown>;
}
interface Event {
  type: string;
  '@testrun'?: string;
  test_state?: { root_module: { resources: Resource[] } };
  test_plan?: { resource_changes: (Omit<Resource, 'values'> & { change: { after: Resource['values'] } })[] };
}

/**
 * The keys are attributes with a policy, and the values are its kind. Another attribute with statements is an error.
 */
const POLICIES: Record<string, PolicyKind> = {
  'aws_iam_role.assume_role_policy': 'trust',
  'aws_iam_role_policy.policy': 'identity',
  'aws_sns_topic_policy.policy': 'resource',
  'aws_s3_bucket_policy.policy': 'resource',
  'aws_sqs_queue.policy': 'resource',
  'aws_sqs_queue_policy.policy': 'resource',
};

/**
 * Initializes Terraform for a root. Its data stays outside the checkout, because builds are bundled from it.
 * @returns the environment in which Terraform works on the root
 */
export async function initialize(root: string, data: string, cliConfiguration: string): Promise<NodeJS.ProcessEnv> {
  const environment = {
    ...process.env,
    TF_CLI_CONFIG_FILE: cliConfiguration,
    TF_DATA_DIR: data,
    TF_IN_AUTOMATION: '1',
  };
  const init = ['init', '-backend=false', '-input=false', '-lockfile=readonly'];
  await promisify(execFile)('terraform', [`-chdir=${root}`, ...init], { env: environment });
  return environment;
}

/**
 * Returns the resources that a test file of the root plans or applies with its mocked provider.
 * @param environment the result of `initialize`
 * @param run the name of a run of the file; all runs by default
 * @throws {Error} when there is no resource
 */
export async function resourcesOfRoot(
  root: string,
  file: string,
  environment: NodeJS.ProcessEnv,
  run?: string,
): Promise<Resource[]> {
  const { stdout } = await promisify(execFile)(
    'terraform',
    [`-chdir=${root}`, 'test', '-json', '-verbose', `-filter=${file}`],
    { env: environment, maxBuffer: 64 * 1024 * 1024 },
  );
  const resources = stdout
    .split('\n')
    .filter((line) => /"type":"test_(plan|state)"/.test(line))
    .map((line) => JSON.parse(line) as Event)
    .filter((event) => !run || event['@testrun'] === run)
    .flatMap(
      ({ test_state, test_plan }) =>
        test_state?.root_module.resources ??
        test_plan?.resource_changes.map(({ change, ...one }) => ({ ...one, values: change.after })) ??
        [],
    );
  if (resources.length === 0) throw new Error(`${file} of ${root} makes nothing`);
  return resources;
}

export async function policiesOfRoot(...args: Parameters<typeof resourcesOfRoot>): Promise<NamedPolicies[]> {
  const resources = await resourcesOfRoot(...args);
  return resources.flatMap(({ address, type, values }) =>
    Object.entries(values).flatMap(([attribute, value]) => {
      if (typeof value !== 'string' || !value.includes('"Statement"')) return [];
      const kind = POLICIES[`${type}.${attribute}`];
      if (!kind) throw new Error(`${address}: ${attribute} holds a policy, which nobody checks here`);
      return [{ name: address, kind, statements: (JSON.parse(value) as { Statement: Statement[] }).Statement }];
    }),
  );
}
