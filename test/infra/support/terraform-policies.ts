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
  '@testfile'?: string;
  '@testrun'?: string;
  test_summary?: TestedRoot['summary'];
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

/** Terraform's own tests of a root, as they ran with their mocked provider. */
export interface TestedRoot {
  root: string;
  summary: { status: string; passed: number; failed: number; errored: number };
  /** The lines are events in JSON with what a run has planned or applied. Each has the schemas of the provider, 14 MB. */
  lines: readonly string[];
}

/**
 * Runs all tests of the root, once for everybody who reads what they plan or apply.
 * @param environment the result of `initialize`
 * @throws {Error} with what Terraform printed, when its exit code is not 0
 */
export async function testRoot(root: string, environment: NodeJS.ProcessEnv): Promise<TestedRoot> {
  const { stdout } = await promisify(execFile)('terraform', [`-chdir=${root}`, 'test', '-json', '-verbose'], {
    env: environment,
    maxBuffer: 512 * 1024 * 1024,
  }).catch((error: Error & { stdout?: string; stderr?: string }) => {
    const failures = (error.stdout ?? '').split('\n').filter((line) => /"type":"diagnostic"/.test(line));
    throw new Error([error.message, ...failures, error.stderr].join('\n'));
  });
  const all = stdout.split('\n');
  const last = all.find((line) => line.includes('"type":"test_summary"'));
  const summary = last && (JSON.parse(last) as Event).test_summary;
  if (!summary) throw new Error(`the tests of ${root} have no summary`);
  return { root, summary, lines: all.filter((line) => /"type":"test_(plan|state)"/.test(line)) };
}

/**
 * Returns the resources that a test file plans or applies.
 * @param run the name of a run of the file; all runs by default
 * @throws {Error} when there is no resource
 */
export function resourcesOf({ root, lines }: TestedRoot, file: string, run?: string): Resource[] {
  const resources = lines
    .filter((line) => line.includes(`"@testfile":"${file}"`))
    .map((line) => JSON.parse(line) as Event)
    .filter((event) => event['@testfile'] === file && (!run || event['@testrun'] === run))
    .flatMap(
      ({ test_state, test_plan }) =>
        test_state?.root_module.resources ??
        test_plan?.resource_changes.map(({ change, ...one }) => ({ ...one, values: change.after })) ??
        [],
    );
  if (resources.length === 0) throw new Error(`${file} of ${root} makes nothing`);
  return resources;
}

export function policiesOfRoot(tested: TestedRoot, file: string): NamedPolicies[] {
  return resourcesOf(tested, file).flatMap(({ address, type, values }) =>
    Object.entries(values).flatMap(([attribute, value]) => {
      if (typeof value !== 'string' || !value.includes('"Statement"')) return [];
      const kind = POLICIES[`${type}.${attribute}`];
      if (!kind) throw new Error(`${address}: ${attribute} holds a policy, which nobody checks here`);
      return [{ name: address, kind, statements: (JSON.parse(value) as { Statement: Statement[] }).Statement }];
    }),
  );
}
