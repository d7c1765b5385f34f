import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { LabContext } from '../../context.ts';
import { zip } from './zip.ts';

export interface FunctionOptions {
  timeout?: number;
  variables?: Record<string, string>;
  runtime?: 'nodejs22.x' | 'nodejs24.x';
}

/** Creates small Lambda functions in a lab, and invokes them. */
export class TestFunctions {
  readonly client: LambdaClient;
  readonly #context: LabContext;
  #role: Promise<string> | undefined;
  #count = 0;

  constructor(context: LabContext) {
    this.#context = context;
    this.client = new LambdaClient(context.client);
  }

  get role(): Promise<string> {
    this.#role ??= this.#createRole();
    return this.#role;
  }

  /**
   * @param code the body of an ESM handler of `event` and `context`, or files with an `index` that exports `handler`
   */
  async define(code: string | Record<string, string>, options: FunctionOptions = {}): Promise<string> {
    const name = `f${++this.#count}`;
    const handler = `export const handler = async (event, context) => { ${code} };`;
    await this.client.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: options.runtime ?? 'nodejs24.x',
        Role: await this.role,
        Handler: 'index.handler',
        Timeout: options.timeout ?? 10,
        Code: { ZipFile: zip(typeof code === 'string' ? { 'index.mjs': handler } : code) },
        Environment: { Variables: options.variables ?? {} },
      }),
    );
    return name;
  }

  async invoke(name: string, event: unknown = {}, options: { tail?: boolean } = {}) {
    const answer = await this.client.send(
      new InvokeCommand({
        FunctionName: name,
        Payload: JSON.stringify(event),
        ...(options.tail ? { LogType: 'Tail' as const } : {}),
      }),
    );
    return {
      result: JSON.parse(Buffer.from(answer.Payload ?? []).toString()) as unknown,
      error: answer.FunctionError,
      version: answer.ExecutedVersion,
      status: answer.StatusCode,
      log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
    };
  }

  async #createRole(): Promise<string> {
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    const created = await new IAMClient(this.#context.client).send(
      new CreateRoleCommand({ RoleName: 'function', AssumeRolePolicyDocument: policy }),
    );
    return created.Role?.Arn ?? '';
  }
}
