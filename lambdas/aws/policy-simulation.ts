import { type ContextEntry, IAMClient, paginateSimulatePrincipalPolicy } from '@aws-sdk/client-iam';
import type { Answer, Decision, Question } from '../plan/permissions/missing.ts';
import { clientConfig } from './client-config.ts';
import { listOf } from './responses.ts';

const iam = new IAMClient({ ...clientConfig, retryMode: 'adaptive', maxAttempts: 6 });

/** The largest page: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html. The default is 100. */
const MOST_ANSWERS = 1_000;

/** The other keys have one value. */
const LISTS: ReadonlySet<string> = new Set(['aws:TagKeys', 'kms:ResourceAliases']);

/**
 * Asks IAM what the policies of a role, and its permissions boundary, allow. The simulation does not include
 * resource-based policies and resource control policies, and ignores the conditions of service control policies:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
 */
export async function simulate(roleArn: string, { actions, resources, context }: Question): Promise<Answer[]> {
  const input = {
    PolicySourceArn: roleArn,
    ActionNames: [...actions],
    ResourceArns: [...resources],
    ContextEntries: Object.entries(context).map(
      ([key, values]): ContextEntry => ({
        ContextKeyName: key,
        ContextKeyValues: [...values],
        ContextKeyType: LISTS.has(key) ? 'stringList' : 'string',
      }),
    ),
  };
  const answers = new Map<string, Answer>();
  const keep = (action = '', resource = '*', decision = '', missing: readonly string[] = []) =>
    answers.set(`${action} ${resource}`, { action, resource, decision: decisionOf(decision, missing) });
  for await (const page of paginateSimulatePrincipalPolicy({ client: iam, pageSize: MOST_ANSWERS }, input)) {
    for (const one of listOf(page.EvaluationResults, page)) {
      keep(one.EvalActionName, one.EvalResourceName, one.EvalDecision, one.MissingContextValues);
      for (const specific of one.ResourceSpecificResults ?? [])
        keep(
          one.EvalActionName,
          specific.EvalResourceName,
          specific.EvalResourceDecision,
          specific.MissingContextValues ?? one.MissingContextValues,
        );
    }
  }
  return [...answers.values()];
}

function decisionOf(decision: string, missing: readonly string[]): Decision {
  if (decision === 'allowed') return 'allowed';
  return missing.length > 0 && decision !== 'explicitDeny' ? 'unclear' : 'denied';
}
