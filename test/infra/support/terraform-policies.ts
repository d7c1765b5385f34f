import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PolicyKind, Statement } from './authorization.ts';
import type { NamedPolicies } from './template-policies.ts';

/** The policies of a Terraform root, as one of its own tests applies them with a mocked provider. */

interface Resource {
  address: string;
  type: string;
  values: Record<string, unknown>;
}
interface Event {
  type: string;
  test_state?: { root_module: { resources: Resource[]; child_modules?: unknown[] } };
}

/** Which attribute of a type is a policy of which kind. Another attribute that holds statements is an error. */
const POLICIES: Record<string, PolicyKind> = {
  'aws_iam_role.assume_role_policy': 'trust',
  'aws_iam_role_policy.policy': 'identity',
  'aws_sns_topic_policy.policy': 'resource',
  'aws_s3_bucket_policy.policy': 'resource',
  'aws_sqs_queue.policy': 'resource',
  'aws_sqs_queue_policy.policy': 'resource',
};

/** @returns the environment in which Terraform works on the root, outside of the checkout, which builds are bundled from */
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

/** @param environment of `initialize` */
export async function policiesOfRoot(
  root: string,
  testFile: string,
  environment: NodeJS.ProcessEnv,
): Promise<NamedPolicies[]> {
  const { stdout } = await promisify(execFile)(
    'terraform',
    [`-chdir=${root}`, 'test', '-json', '-verbose', `-filter=${testFile}`],
    { env: environment, maxBuffer: 64 * 1024 * 1024 },
  );
  const resources = stdout
    .split('\n')
    .filter((line) => line.includes('"test_state"'))
    .flatMap((line) => (JSON.parse(line) as Event).test_state?.root_module.resources ?? []);
  if (resources.length === 0) throw new Error(`${testFile} of ${root} applies nothing`);
  return resources.flatMap(({ address, type, values }) =>
    Object.entries(values).flatMap(([attribute, value]) => {
      if (typeof value !== 'string' || !value.includes('"Statement"')) return [];
      const kind = POLICIES[`${type}.${attribute}`];
      if (!kind) throw new Error(`${address}: ${attribute} holds a policy, which nobody checks here`);
      return [{ name: address, kind, statements: (JSON.parse(value) as { Statement: Statement[] }).Statement }];
    }),
  );
}
