import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DescribeImagesCommand, ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import type { LabContext } from '../../lab/context.ts';
import { awsEnvironment, type Credentials } from '../../lab/credentials.ts';
import { dockerEnvironment } from '../../lab/docker/environment.ts';

/** The class is the repositories of an environment for a CI that pushes images of its own. */
export class Registry {
  readonly #context: LabContext;
  readonly #ecr: ECRClient;

  constructor(context: LabContext) {
    this.#context = context;
    this.#ecr = new ECRClient(context.client);
  }

  /** Builds a Dockerfile of the services, and pushes the image under each tag, as the role. */
  async publish(roleArn: string, repositoryName: string, dockerfile: string, tags: readonly string[]): Promise<void> {
    const credentials = this.#context.credentials.issue(roleArn);
    const folder = await mkdtemp(join(tmpdir(), 'ci-'));
    try {
      const { accountId, region } = this.#context;
      const registry = `${accountId}.dkr.ecr.${region}.amazonaws.com`;
      const names = tags.map((tag) => `${registry}/${repositoryName}:${tag}`);
      await writeFile(join(folder, 'Dockerfile'), dockerfile);
      const named = names.flatMap((name) => ['--tag', name]);
      await this.#docker(
        credentials,
        folder,
        ['login', '--username', 'AWS', '--password-stdin', registry],
        await this.#password(credentials),
      );
      await this.#docker(credentials, folder, [
        'build',
        '--platform',
        'linux/arm64',
        '-f',
        join(folder, 'Dockerfile'),
        ...named,
        'services',
      ]);
      for (const name of names) await this.#docker(credentials, folder, ['push', name]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async digest(repositoryName: string, imageTag: string): Promise<string | undefined> {
    const { imageDetails } = await this.#ecr.send(
      new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag }] }),
    );
    return imageDetails?.[0]?.imageDigest;
  }

  async #password(credentials: Credentials): Promise<string> {
    const ecr = new ECRClient({ ...this.#context.client, credentials });
    const { authorizationData } = await ecr.send(new GetAuthorizationTokenCommand({}));
    const token = Buffer.from(authorizationData?.[0]?.authorizationToken ?? '', 'base64').toString();
    return token.slice('AWS:'.length);
  }

  async #docker(credentials: Credentials, folder: string, args: string[], input = ''): Promise<void> {
    const { projectRoot, endpoint, region } = this.#context;
    const { path, variables } = dockerEnvironment(this.#context, join(folder, 'state'));
    const env = {
      ...process.env,
      ...variables,
      ...awsEnvironment(endpoint, region, credentials),
      PATH: `${path}:${process.env.PATH}`,
    };
    const running = promisify(execFile)('docker', args, { cwd: projectRoot, env });
    running.child.stdin?.end(input);
    await running;
  }
}
