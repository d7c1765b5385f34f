import type { RoleService } from '../../../lambdas/contracts/permission-sets.ts';

interface Bounded {
  actions: readonly string[];
  service: string;
  resource: string;
}

/**
 * Services that the roles of a root may be passed to, by `stack.rolesFor`, and what the boundary of these roles allows for their sake beside the
 * data of an environment. Resources are what stands after the account in an ARN; `{name}` stands for the names of environments.
 */
export const BOUNDED: Readonly<Record<RoleService, Bounded>> = {
  'ecs-tasks': { actions: [], service: 'logs', resource: '' },
  // Its own log group: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
  lambda: {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    service: 'logs',
    resource: 'log-group:/aws/lambda/{name}-*:log-stream:*',
  },
  // Targets are functions: https://docs.aws.amazon.com/step-functions/latest/dg/lambda-iam.html and
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
  states: { actions: ['lambda:InvokeFunction'], service: 'lambda', resource: 'function:{name}-*' },
  scheduler: { actions: ['lambda:InvokeFunction'], service: 'lambda', resource: 'function:{name}-*' },
  // An API destination, a queue and a function have policies of their own; a state machine needs a role:
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
  events: { actions: ['states:StartExecution'], service: 'states', resource: 'stateMachine:{name}-*' },
};

/** As `iam:PassedToService` and trust policies have it. */
export const principalOf = (service: RoleService) => `${service}.amazonaws.com`;
