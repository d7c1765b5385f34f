/** Returns an image of the order platform, as builds get it. */
export const anImage = (name: string, changes: object = {}) => ({
  ...{ name, dockerfile: `services/${name}/Dockerfile`, context: 'services', repository: `{prefix}-${name}` },
  ...{ address: `aws_ecr_repository.service["${name}"]`, variable: `${name}_image`, takes: 'uri' },
  platforms: ['linux/arm64'],
  ...changes,
});

/** A build of `runbook-terraform` or `runbook-images` gets these variables. */
export const buildVariables: Readonly<Record<string, string>> = {
  ENVIRONMENT: 'dev',
  RUN: 'dev-20300131T100000-abcdef',
  RUN_KEY: 'environments/dev/runs/dev-20300131T100000-abcdef',
  PREFIX: 'order-platform-dev-v3',
  ACCOUNT_ID: '123456789012',
  AWS_REGION: 'eu-west-1',
  COMMIT: '0123456789abcdef',
  BUNDLE_COMMIT: '0123456789abcdef',
  OWNERSHIP_FUNCTION: 'runbook-require-ownership',
  BLOCKERS_FUNCTION: 'runbook-name-blockers',
  REVIEW_FUNCTION: 'runbook-review-plan',
  FENCING: '7',
  REDRIVE: '0',
  CODEBUILD_BUILD_ID: 'runbook-terraform:1-2',
  OWNER: 'arn:aws:states:eu-west-1:123456789012:execution:runbook-provision:1',
  EXPIRES_AT: '2030-01-31T18:00:00.000Z',
  CONTROL_BUCKET: 'runbook-control-123456789012-eu-west-1',
  STATE_BUCKET: 'order-platform-dev-v3-tfstate-123456789012',
  LOCK_TABLE: 'order-platform-dev-v3-tflock',
  STATE_KEY: 'stack/terraform.tfstate',
  BOOTSTRAP_STATE_KEY: 'environments/dev/bootstrap/terraform.tfstate',
  TERRAFORM_VERSION: '1.11.4',
  STACK_ROOT: 'infra/aws-v3/stack',
  IMAGES: JSON.stringify([anImage('api'), anImage('worker')]),
  MAX_DELETIONS: '100',
  PROJECT: 'order-platform',
  API_IMAGE: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/order-platform-dev-v3-api@sha256:${'a'.repeat(64)}`,
  WORKER_IMAGE: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/order-platform-dev-v3-worker@sha256:${'b'.repeat(64)}`,
};
