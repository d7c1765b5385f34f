import type { LabContext } from '../context.ts';
import type { AwsRequest, AwsResponse, LabService } from '../service.ts';
import { isAllowed } from './evaluation.ts';
import { listed, text } from './parameters.ts';
import { PolicyStore, statementsOf } from './policies.ts';

/**
 * IAM's policy simulator uses the evaluation that every call in the lab goes through. Like AWS, it has only the
 * condition keys that it is given: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export class Simulator implements LabService {
  readonly services = ['iam'];
  readonly #context: LabContext;
  readonly #policies: PolicyStore;

  constructor(context: LabContext) {
    this.#context = context;
    this.#policies = new PolicyStore(context.emulator);
  }

  async handle({ action, params }: AwsRequest): Promise<AwsResponse | undefined> {
    if (action !== 'SimulatePrincipalPolicy') return undefined;
    const source = text(params.PolicySourceArn) ?? '';
    const policies = source.includes(':role/') ? await this.#policies.of(source) : undefined;
    if (!policies) return xml(404, errorOf('NoSuchEntity', `The role with name ${source} cannot be found.`));
    const actions = listed(params, 'ActionNames');
    const wrong = actions.find((one) => !/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(one) || one.length > 128);
    if (wrong !== undefined || actions.length === 0)
      return xml(400, errorOf('InvalidInput', `Invalid Input Action: ${wrong ?? ''}`));
    const context = entriesOf(params);
    const given = listed(params, 'ResourceArns');
    const resources = given.length > 0 ? given : ['*'];
    const missing = missingKeys(statementsOf([...policies.identity, ...(policies.boundary ?? [])]), context);
    const results = actions.flatMap((one) =>
      resources.map((resource) => {
        const allowed = isAllowed(this.#context, source, policies, { action: one, context }, resource);
        const keys = missing.map((key) => `<member>${escaped(key)}</member>`).join('');
        return `<member><EvalActionName>${one}</EvalActionName><EvalResourceName>${escaped(resource)}</EvalResourceName><EvalDecision>${
          allowed ? 'allowed' : 'implicitDeny'
        }</EvalDecision><MatchedStatements/><MissingContextValues>${keys}</MissingContextValues></member>`;
      }),
    );
    return xml(
      200,
      `<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>${results.join(
        '',
      )}</EvaluationResults></SimulatePrincipalPolicyResult><ResponseMetadata><RequestId>lab</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>`,
    );
  }

  async after(request: AwsRequest, response: AwsResponse): Promise<AwsResponse> {
    if (!/^(Get|List|Simulate)/.test(request.action ?? '')) this.#policies.forget();
    return response;
  }
}

/** The parameters are `ContextEntries.member.1.ContextKeyName`, and the values of the same number. */
function entriesOf(params: Readonly<Record<string, unknown>>): Record<string, string | string[]> {
  const names = Object.entries(params).flatMap(([key, name]) => {
    const [, number] = /^ContextEntries\.member\.(\d+)\.ContextKeyName$/.exec(key) ?? [];
    return number ? [[number, String(name)] as const] : [];
  });
  return Object.fromEntries(
    names.map(([number, name]) => {
      const values = listed(params, `ContextEntries\\.member\\.${number}\\.ContextKeyValues`);
      const isList = /List$/.test(text(params[`ContextEntries.member.${number}.ContextKeyType`]) ?? '');
      return [name, isList ? values : (values[0] ?? '')];
    }),
  );
}

/**
 * Returns the keys that conditions require and the caller has not given. The keys that AWS adds to every call are not
 * among them.
 */
function missingKeys(statements: readonly { Condition?: Record<string, unknown> }[], given: object): string[] {
  const known = new Set(Object.keys(given).map((key) => key.toLowerCase()));
  const asked = statements.flatMap(({ Condition }) =>
    Object.values(Condition ?? {}).flatMap((keys) => Object.keys(keys as object)),
  );
  return [...new Set(asked)]
    .filter((key) => !known.has(key.toLowerCase()) && !/^aws:(Principal|Requested)/i.test(key))
    .sort();
}

const escaped = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function errorOf(code: string, message: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`;
}

function xml(status: number, body: string): AwsResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>${body}` };
}
