import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { PASSED_VARIABLES } from '../../../lambdas/contracts/stack-variables.ts';
import { bundleBuilds } from '../../../lib/functions/bundles.ts';
import { buildVariables } from '../../support/build-variables.ts';
import { type Answers, AwsError, FakeAws } from './fake-aws.ts';

const projectRoot = resolve(import.meta.dirname, '../../..');
/** The folder has the program in the form that the archive has. */
const program = mkdtempSync(join(tmpdir(), 'runbook-builds-'));
bundleBuilds(projectRoot, program);
afterAll(() => rmSync(program, { recursive: true, force: true }));

/** `terraform show` prints this for a plan that creates the repositories. */
export const NEW_REPOSITORY = JSON.stringify({
  resource_changes: ['api', 'worker'].map((service) => ({
    ...{ address: `aws_ecr_repository.service["${service}"]`, mode: 'managed', type: 'aws_ecr_repository' },
    change: {
      actions: ['create'],
      after: {
        name: `${buildVariables.PREFIX}-${service}`,
        tags_all: { project: buildVariables.PROJECT, environment: buildVariables.ENVIRONMENT },
        force_delete: true,
      },
    },
  })),
});

/** The stand-in for Terraform handles backends in this way. BACKEND is the backend of the stack's root, or `none`. */
export const FAKE_BACKEND = `
if [[ $1 == -chdir=* ]]; then
  if [[ \${BACKEND:-s3} == none ]]; then echo 'No state file was found!'
  elif [[ $BACKEND == cloud ]]; then echo 'Reason: Initial configuration of HCP Terraform or Terraform Enterprise.'
  elif [[ $BACKEND == nobody ]]; then echo 'There is no backend type named "nobody".'
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
  /** Each stand-in wrote its calls to `$CALLS`. */
  calls: string[];
  /** The program passed these variables to the buildspec. */
  exports: string;
}

const NOTHING: Answers = ({ call }) => {
  throw new AwsError(`nothing answers ${call}`);
};

/**
 * The class runs the program of the builds in its own source folder, with stand-ins for AWS and for the commands that
 * it calls.
 */
export class Script {
  readonly directory = mkdtempSync(join(tmpdir(), 'runbook-script-'));
  readonly #calls = join(this.directory, 'calls');
  readonly #exports = join(this.directory, 'exports');
  readonly #aws: FakeAws;

  constructor(commands: Record<string, string>, answers: Answers = NOTHING) {
    cpSync(program, join(this.directory, 'builds'), { recursive: true });
    for (const root of ['bootstrap', 'stack']) {
      mkdirSync(join(this.directory, 'infra/aws-v3', root), { recursive: true });
      writeFileSync(join(this.directory, 'infra/aws-v3', root, 'versions.tf'), 'terraform {\n  backend "s3" {}\n}\n');
    }
    const declarations = [...PASSED_VARIABLES, 'api_image', 'worker_image']
      .map((name) => `variable "${name}" {}\n`)
      .join('');
    this.put('infra/aws-v3/stack/variables.tf', declarations);
    writeFileSync(this.#calls, '');
    writeFileSync(this.#exports, '');
    this.#aws = new FakeAws(this.directory, this.#calls, answers);
    const pack = [process.execPath, join(import.meta.dirname, 'pack-plan.ts')].map((one) => `'${one}'`).join(' ');
    // The environment of a build does not have the folder in which Node keeps what it has compiled.
    const compiled = `NODE_COMPILE_CACHE='${process.env.NODE_COMPILE_CACHE ?? ''}'`;
    for (const [name, body] of Object.entries({ ...commands, 'pack-plan': `${compiled} exec ${pack} "$@"` })) {
      const path = join(this.directory, name);
      writeFileSync(path, `#!/usr/bin/env bash\n${body}\n`);
      chmodSync(path, 0o755);
    }
  }

  /** Writes a file of the source folder, or an object of S3: `s3/<bucket>/<key>`. */
  put(path: string, content: string | Buffer): void {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** Starts the program as the leader of a process group. A variable that is undefined is not set. */
  async start(args: string[], variables: Record<string, string | undefined> = {}): Promise<ChildProcess> {
    const { PATH, HOME } = process.env;
    this.#aws.variables = { ...buildVariables, ...variables };
    return spawn(process.execPath, [join(this.directory, 'builds/run.mjs'), ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: `${this.directory}:${PATH}`,
        HOME,
        TMPDIR: this.directory,
        CALLS: this.#calls,
        EXPORTS_FILE: this.#exports,
        ...(await this.#aws.start()),
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

  async run(args: string[], variables: Record<string, string | undefined> = {}): Promise<Outcome> {
    return this.end(await this.start(args, variables));
  }

  calls(): string[] {
    return readFileSync(this.#calls, 'utf8').split('\n').filter(Boolean);
  }

  remove(): void {
    this.#aws.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
