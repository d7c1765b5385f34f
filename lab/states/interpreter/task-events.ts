import type { TaskState } from '../definition/types.ts';
import type { StateError } from '../errors.ts';
import { failureDetails, type History, inputDetails, outputDetails } from '../history.ts';
import type { Json } from '../json.ts';
import { parseResource } from '../resource.ts';
import type { StateVisit } from './state-visit.ts';

/**
 * The class writes the history of one task: `Task…` events for service integrations, `LambdaFunction…` events where the
 * Resource is a function's own ARN.
 */
export class TaskEvents {
  readonly resourceType: string;
  readonly #visit: StateVisit<TaskState>;
  readonly #of: { resourceType: string; resource: string } | undefined;

  constructor(visit: StateVisit<TaskState>) {
    this.#visit = visit;
    const parsed = parseResource(visit.state.Resource);
    const integration = parsed?.kind === 'integration' ? parsed : undefined;
    this.#of = integration && { resourceType: integration.resourceType, resource: integration.resource };
    this.resourceType = integration?.resourceType ?? visit.state.Resource;
  }

  scheduled(args: Json, timeout: number | undefined, heartbeat: number | undefined): void {
    const { run, state } = this.#visit;
    const limits = {
      ...(timeout === undefined ? {} : { timeoutInSeconds: timeout }),
      ...(heartbeat === undefined ? {} : { heartbeatInSeconds: heartbeat }),
    };
    if (this.#of) {
      const details = { ...this.#of, region: run.region, parameters: JSON.stringify(args), ...limits };
      this.#add('TaskScheduled', { taskScheduledEventDetails: details });
    } else {
      const details = { resource: state.Resource, ...inputDetails(args), ...limits };
      this.#add('LambdaFunctionScheduled', { lambdaFunctionScheduledEventDetails: details });
    }
  }

  started(): void {
    if (this.#of) this.#add('TaskStarted', { taskStartedEventDetails: this.#of });
    else this.#add('LambdaFunctionStarted');
  }

  submitted(output: Json): void {
    if (this.#of) this.#add('TaskSubmitted', { taskSubmittedEventDetails: { ...this.#of, ...outputDetails(output) } });
  }

  succeeded(output: Json): void {
    if (this.#of) this.#add('TaskSucceeded', { taskSucceededEventDetails: { ...this.#of, ...outputDetails(output) } });
    else this.#add('LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: outputDetails(output) });
  }

  failed(failure: StateError): void {
    const details = failureDetails(failure);
    if (this.#of) this.#add('TaskFailed', { taskFailedEventDetails: { ...this.#of, ...details } });
    else this.#add('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: details });
  }

  timedOut(failure: StateError): void {
    const details = failureDetails(failure);
    if (this.#of) this.#add('TaskTimedOut', { taskTimedOutEventDetails: { ...this.#of, ...details } });
    else this.#add('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: details });
  }

  #add(...[type, details]: [Parameters<History['add']>[0], Parameters<History['add']>[2]?]): void {
    const { scope, run } = this.#visit;
    scope.cursor = run.history.add(type, scope.cursor, details);
  }
}
