import { describeIssues } from '../contracts/contracts.ts';
import { type DeclaredImage, servicesOf } from '../contracts/images.ts';
import { halfGoneBy } from '../contracts/lease.ts';
import { DEPLOY_OUTPUTS, type DeployOutputs, withOutputs } from '../contracts/outputs.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { InputError } from '../runtime/errors.ts';

/** Describes the record of an environment with known services. */
type DeployableRecord = EnvironmentRecord & { outputs: DeployOutputs };

/** @throws {InputError} for an environment that has no outputs, or is gone */
export function requireOutputs(environment: string, record: EnvironmentRecord | null): EnvironmentRecord {
  if (!record || record.status === 'GONE') {
    throw new InputError(
      `environment "${environment}" does not exist: provision it first (npx runbook provision ${environment})`,
    );
  }
  if (record.outputs) return record;
  throw new InputError(
    `environment "${environment}" is ${record.status} and has no outputs yet: wait for its provision to finish`,
  );
}

/** @throws {InputError} unless there are services whose images can be replaced */
export function requireDeployable(
  environment: string,
  record: EnvironmentRecord | null,
  images: readonly DeclaredImage[],
): DeployableRecord {
  const living = requireOutputs(environment, record);
  const { status } = living;
  // If a deployment were allowed here, the next failure would be the deployment's. An environment whose teardown has
  // begun could then be extended and protected.
  const teardown = halfGoneBy(living);
  if (teardown && status !== 'TEARING_DOWN' && status !== 'PROVISIONING') {
    throw new InputError(
      `environment "${environment}" is ${status}, its teardown began in ${teardown}: it cannot be deployed to, only provisioned again`,
    );
  }
  if (status === 'LIVE' || status === 'FAILED') {
    const outputs = withOutputs(DEPLOY_OUTPUTS).safeParse(living.outputs);
    const services = servicesOf(images);
    if (services.length === 0) {
      throw new InputError(
        'no image of this stack says which ECS service runs it, so there is nothing to deploy: name its output as "service" in stack.images',
      );
    }
    const missing = services.filter((service) => typeof living.outputs?.[service] !== 'string');
    if (outputs.success && missing.length === 0) return { ...living, outputs: outputs.data };
    const issues = [outputs.error && describeIssues(outputs.error), ...missing.map((name) => `${name}: is missing`)];
    throw new InputError(
      `the Terraform outputs of environment "${environment}" are not what a deployment needs: ${issues.filter(Boolean).join('; ')}; provision it again`,
    );
  }
  const fix = status === 'TEARING_DOWN' ? 'provision it again when it is GONE' : 'wait for its provision to finish';
  throw new InputError(`environment "${environment}" is ${status}, and can be deployed to while it is LIVE: ${fix}`);
}
