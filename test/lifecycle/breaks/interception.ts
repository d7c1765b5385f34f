import { AwsError, type AwsRequest, type AwsResponse, json, jsonError, type LabService } from '../../../lab/service.ts';
import type { CheckName, CheckResult } from '../../../lambdas/contracts/contracts.ts';

/** What AWS does to some calls. Only for services that speak JSON. */
export interface Interception {
  /** Name of an action or, where the protocol has none, what the path must hold. */
  action: string;
  /** Of the ARN of the role that calls; anybody's calls without it. */
  principal?: RegExp;
  /** Answers, or lets the call go on, possibly changed. */
  answer(request: AwsRequest): AwsResponse | undefined;
}

/** Stands in front of the lab's services, and lets everything pass until it is told otherwise. */
export class Interceptor implements LabService {
  readonly services = ['ecs', 'ecr', 'lambda', 'logs', 'sqs'];
  readonly #interceptions = new Set<Interception>();

  /** @returns what ends it */
  add(interception: Interception): () => void {
    this.#interceptions.add(interception);
    return () => this.#interceptions.delete(interception);
  }

  async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
    for (const { action, principal, answer } of this.#interceptions) {
      const called = request.action ? request.action === action : request.url.pathname.includes(action);
      if (!called || (principal && !principal.test(request.principal ?? ''))) continue;
      const response = answer(request);
      if (response) return response;
    }
    return undefined;
  }
}

/** Every call, or only the first few of them, ends in an error. */
export function refusal(code: string, message: string, times = Number.POSITIVE_INFINITY): Interception['answer'] {
  let left = times;
  return () => {
    if (left <= 0) return undefined;
    left -= 1;
    return jsonError(new AwsError(code, message));
  };
}

/** The check sees nothing, and says that all is well. */
export function disabled(check: CheckName): Interception {
  const result: CheckResult = {
    check,
    status: 'passed',
    expected: 'nothing',
    observed: 'nothing: disabled',
    evidence: {},
    startedAt: new Date().toISOString(),
    durationMs: 0,
  };
  return { action: `runbook-check-${check}/invocations`, answer: () => json(result) };
}

const TOKEN = 'the-second-page';

/** The first page is empty and has a successor, which AWS allows for every list. */
export function emptyFirstPage(list: string): Interception['answer'] {
  return (request) => {
    if (request.params.nextToken !== TOKEN) return json({ [list]: [], nextToken: TOKEN });
    delete request.params.nextToken;
    request.body = Buffer.from(JSON.stringify(request.params));
    return undefined;
  };
}
