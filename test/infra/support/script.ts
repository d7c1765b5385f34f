import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const projectRoot = resolve(import.meta.dirname, '../../..');

/** What a build of `runbook-terraform` or `runbook-images` gets. */
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
  HAS_IMAGES: 'yes',
  API_DOCKERFILE: 'services/api/Dockerfile',
  WORKER_DOCKERFILE: 'services/worker/Dockerfile',
  MAX_DELETIONS: '100',
  PROJECT: 'order-platform',
  API_IMAGE: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/order-platform-dev-v3-api@sha256:${'a'.repeat(64)}`,
  WORKER_IMAGE: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/order-platform-dev-v3-worker@sha256:${'b'.repeat(64)}`,
};

/** What a plan shows of a repository that is to be made. */
export const NEW_REPOSITORY = JSON.stringify({
  resource_changes: [
    {
      ...{ address: 'aws_ecr_repository.service', mode: 'managed', type: 'aws_ecr_repository' },
      change: {
        actions: ['create'],
        after: {
          tags_all: { project: buildVariables.PROJECT, environment: buildVariables.ENVIRONMENT },
          force_delete: true,
        },
      },
    },
  ],
});

/** What a stand-in for Terraform does about backends: BACKEND is that of the stack's root, `none` for none. */
export const FAKE_BACKEND = `
if [[ $1 == -chdir=* ]]; then
  if [[ \${BACKEND:-s3} == none ]]; then echo 'No state file was found!'
  else echo "Reason: Initial configuration of the requested backend \\"\${BACKEND:-s3}\\""; fi
  exit 1
fi
if [[ $1 == init ]]; then
  for argument in "$@"; do
    case $argument in
      -backend-config=bucket=*) bucket=\${argument##*=} ;;
      -backend-config=key=*) key=\${argument##*=} ;;
    esac
  done
  mkdir -p .terraform
  echo '{"backend":{"type":"'"\${BACKEND:-s3}"'","config":{"bucket":"'"$bucket"'","key":"'"\${OTHER_KEY:-$key}"'"}}}' > .terraform/terraform.tfstate
fi`;

export interface Outcome {
  status: number | null;
  output: string;
  /** Each call of a stand-in, as the stand-in wrote it to `$CALLS`. */
  calls: string[];
  /** What the script handed to the buildspec. */
  exports: string;
}

/** The function that is asked who uses something answers $BLOCKERS_ANSWER. The function that is asked who owns the environment: from the question with the number $LOST on it answers $REFUSAL. */
const OWNERSHIP = `
if [[ "$1 $2 $4" == "lambda invoke runbook-name-blockers" ]]; then
  echo "blockers $(jq --compact-output . "\${6#fileb://}")" >> "$CALLS"
  printf '%s' "\${BLOCKERS_ANSWER:-}" > "$7"
  exit "\${UNASKED:-0}"
elif [[ "$1 $2" == "lambda invoke" ]]; then
  echo "ownership $(jq --compact-output . "\${6#fileb://}") of $4" >> "$CALLS"
  asked=$(grep --count "^ownership " "$CALLS")
  if ((asked >= \${LOST:-99})); then printf '%s' "$REFUSAL" > "$7"; else echo '{"owned":true}' > "$7"; fi
  exit "\${UNASKED:-0}"
fi
`;

/** A build script in a source folder of its own, with stand-ins for the commands that it calls. */
export class Script {
  readonly directory = mkdtempSync(join(tmpdir(), 'runbook-script-'));
  readonly #scripts = join(this.directory, 'infra/scripts');
  readonly #calls = join(this.directory, 'calls');
  readonly #exports = join(this.directory, 'exports');

  constructor(commands: Record<string, string>) {
    cpSync(join(projectRoot, 'infra/scripts'), this.#scripts, { recursive: true });
    for (const root of ['bootstrap', 'stack'])
      mkdirSync(join(this.directory, 'infra/aws-v3', root), { recursive: true });
    writeFileSync(this.#calls, '');
    writeFileSync(this.#exports, '');
    for (const [name, body] of Object.entries(commands)) {
      const path = join(this.directory, name);
      writeFileSync(path, `#!/usr/bin/env bash\n${name === 'aws' ? OWNERSHIP : ''}${body}\n`);
      chmodSync(path, 0o755);
    }
  }

  /** Starts it as the leader of a process group. A variable that is undefined is not set. */
  start(script: string, args: string[], variables: Record<string, string | undefined> = {}): ChildProcess {
    const { PATH, HOME } = process.env;
    return spawn('bash', [join(this.#scripts, script), ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${this.directory}:${PATH}`,
        HOME,
        TMPDIR: this.directory,
        CALLS: this.#calls,
        EXPORTS_FILE: this.#exports,
        ...buildVariables,
        ...variables,
      },
    });
  }

  async end(child: ChildProcess): Promise<Outcome> {
    const status = new Promise<number | null>((done) => child.once('exit', done));
    const output = await Promise.all([child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')));
    return {
      status: await status,
      output: output.join(''),
      calls: this.calls(),
      exports: readFileSync(this.#exports, 'utf8'),
    };
  }

  run(script: string, args: string[], variables: Record<string, string | undefined> = {}): Promise<Outcome> {
    return this.end(this.start(script, args, variables));
  }

  calls(): string[] {
    return readFileSync(this.#calls, 'utf8').split('\n').filter(Boolean);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
