import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { AwsRequest, AwsResponse, LabService } from '../../../lab/service.ts';

interface Point {
  matches(request: AwsRequest): boolean;
  /** AWS has done what was asked; whoever asked does not know yet. */
  reached?: () => Promise<void>;
  /** AWS does not do it. */
  refuses?: AwsResponse;
}

/** Stands behind the lab's services, and does something at given calls of Terraform's. */
export class CrashPoints implements LabService {
  readonly services = ['dynamodb', 'ec2', 'ecr', 'rds', 's3'];
  readonly #points = new Set<Point>();

  /** @returns resolves when the call has been made, and `action` has been done before anyone heard of its success */
  at(matches: Point['matches'], action: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const point: Point = {
        matches,
        reached: async () => {
          this.#points.delete(point);
          await action();
          resolve();
        },
      };
      this.#points.add(point);
    });
  }

  /** @returns what ends it */
  refuse(matches: Point['matches'], answer: AwsResponse): () => void {
    const point = { matches, refuses: answer };
    this.#points.add(point);
    return () => this.#points.delete(point);
  }

  async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
    return [...this.#points].find(({ matches, refuses }) => refuses && matches(request))?.refuses;
  }

  async after(request: AwsRequest, response: AwsResponse): Promise<AwsResponse> {
    for (const { matches, reached } of [...this.#points]) if (reached && matches(request)) await reached();
    return response;
  }
}

/** A call that Terraform makes for an environment: the action, or the method, the whole path and what is asked of it. */
export const terraform =
  (what: string, marker: string) =>
  ({ principal, action, method, url, body }: AwsRequest): boolean =>
    /terraform/i.test(principal ?? '') &&
    (action === what ||
      `${method} ${url.pathname.replace(/\/$/, '')}${url.search.replace(/^\?x-id=\w+$/, '')}` === what) &&
    (url.pathname.includes(marker) || body.includes(marker));

/** SIGKILL to everything that the environment's build in this lab has started, Terraform first: nobody gets to say goodbye. */
export async function killBuild(endpoint: string, environment: string): Promise<void> {
  for (let pids = processesOf(endpoint, environment); pids.length > 0; pids = processesOf(endpoint, environment)) {
    for (const { pid } of pids.sort((one, other) => Number(other.terraform) - Number(one.terraform))) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went with another.
      }
    }
    await delay(50);
  }
}

function processesOf(endpoint: string, environment: string): { pid: number; terraform: boolean }[] {
  const marks = [`AWS_ENDPOINT_URL=${endpoint}\0`, `ENVIRONMENT=${environment}\0`, 'CODEBUILD_BUILD_ID='];
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const of = (file: string) => {
      try {
        return readFileSync(`/proc/${name}/${file}`, 'utf8');
      } catch {
        return '';
      }
    };
    const own = `${of('environ')}\0`;
    // A process that is dead and not yet waited for has no environment any more.
    if (!marks.every((mark) => own.includes(mark))) return [];
    return [{ pid: Number(name), terraform: of('cmdline').includes('terraform') }];
  });
}
