import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { AwsRequest, AwsResponse, LabService } from '../../../lab/service.ts';

interface Point {
  matches(request: AwsRequest): boolean;
  /** AWS has done what the call asks for, but the caller has no answer yet. */
  reached?: () => Promise<void>;
  /** AWS refuses the call with this answer. */
  refuses?: AwsResponse;
}

/** The service is behind the lab's services, and runs an action at given calls of Terraform's. */
export class CrashPoints implements LabService {
  readonly services = ['dynamodb', 'ec2', 'ecr', 'rds', 's3'];
  readonly #points = new Set<Point>();

  /**
   * @returns a promise that resolves when the call has been made, and `action` is done before the caller has its answer
   */
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

  /** @returns a function that ends the refusal */
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

/**
 * Matches a call that Terraform makes for an environment: the action, or the method, the whole path and a part of the
 * request.
 */
export const terraform =
  (what: string, marker: string) =>
  ({ principal, action, method, url, body }: AwsRequest): boolean =>
    /terraform/i.test(principal ?? '') &&
    (action === what ||
      `${method} ${url.pathname.replace(/\/$/, '')}${url.search.replace(/^\?x-id=\w+$/, '')}` === what) &&
    (url.pathname.includes(marker) || body.includes(marker));

/**
 * Sends SIGKILL to everything that the environment's build in this lab has started, Terraform first: no process can
 * clean up.
 */
export async function killBuild(endpoint: string, environment: string): Promise<void> {
  for (let pids = processesOf(endpoint, environment); pids.length > 0; pids = processesOf(endpoint, environment)) {
    for (const { pid } of pids.sort((one, other) => Number(other.terraform) - Number(one.terraform))) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // The process ended together with another one.
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
    // A process that has died and is not yet waited for has no environment any more.
    if (!marks.every((mark) => own.includes(mark))) return [];
    return [{ pid: Number(name), terraform: of('cmdline').includes('terraform') }];
  });
}
