import { AwsError, type AwsRequest, type AwsResponse, json, jsonError, type LabService } from '../../../lab/service.ts';
import type { CheckName, CheckResult } from '../../../lambdas/contracts/contracts.ts';

/** An interception changes AWS's answer to some calls. It works only for services that speak JSON. */
export interface Interception {
  /** The value is the name of an action or, where the protocol has none, a part of the path. */
  action: string;
  /** The expression matches the ARN of the role that calls; without it, calls of every caller match. */
  principal?: RegExp;
  /** Answers the call, or lets it pass, possibly changed. */
  answer(request: AwsRequest): AwsResponse | undefined;
}

/** The interceptor is in front of the lab's services, and lets every call pass until an interception is added. */
export class Interceptor implements LabService {
  readonly services = ['ecs', 'ecr', 'lambda', 'logs', 'sqs'];
  readonly #interceptions = new Set<Interception>();

  /** @returns a function that ends the interception */
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

/** Refuses every call, or only the first few of them, with an error. */
export function refusal(code: string, message: string, times = Number.POSITIVE_INFINITY): Interception['answer'] {
  let left = times;
  return () => {
    if (left <= 0) return undefined;
    left -= 1;
    return jsonError(new AwsError(code, message));
  };
}

/** The check observes nothing, and reports that it passed. */
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
