import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** The name of the call has the service, which uses JSON, and the action: `ecr BatchGetImage`. */
export interface JsonCall {
  call: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test's own stand-in reads of it
  input: any;
}
/**
 * @returns the answer
 * @throws {AwsError} for an error of AWS
 */
export type Answers = (call: JsonCall, variables: Readonly<Record<string, string | undefined>>) => object | AwsError;

/** An answer takes this long when its address contains $SLOW. */
const SLOW_MS = 500;

export class AwsError extends Error {}

const SERVICES: Record<string, string> = {
  AmazonEC2ContainerRegistry_V20150921: 'ecr',
  DynamoDB_20120810: 'dynamodb',
  CodeBuild_20161006: 'codebuild',
  AmazonSSM: 'ssm',
  secretsmanager: 'secretsmanager',
};

/**
 * The class answers for S3 from the folder `s3/<bucket>/<key>`, for the functions that a build invokes, and for other
 * services with the answers of a test. Each call is a line of the file `calls`. The function that checks the owner of
 * the environment answers $REFUSAL from the question with the number $LOST on. The function that names blockers answers
 * $BLOCKERS_ANSWER, and the one that reviews a plan answers $REVIEW_ANSWER. With $UNASKED, the function of that name
 * cannot be invoked, and with 255, none can. With $S3_DENIED, nothing of S3 can be read.
 */
export class FakeAws {
  variables: Readonly<Record<string, string | undefined>> = {};
  readonly #folder: string;
  readonly #calls: string;
  readonly #answers: Answers;
  readonly #server: Server;

  constructor(folder: string, calls: string, answers: Answers) {
    this.#folder = folder;
    this.#calls = calls;
    this.#answers = answers;
    this.#server = createServer(async (request, response) => {
      const { status = 200, headers = {}, body } = this.#answer(request, await buffer(request));
      const { SLOW } = this.variables;
      if (SLOW && request.url?.includes(SLOW)) await sleep(SLOW_MS);
      response.writeHead(status, headers).end(body);
    });
  }

  /** @returns the environment variables with which a build finds the server */
  async start(): Promise<Record<string, string>> {
    if (!this.#server.listening) await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    this.#server.unref();
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const services = ['S3', 'LAMBDA', 'ECR', 'DYNAMODB', 'CODEBUILD', 'SSM', 'SECRETS_MANAGER'];
    return {
      ...Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service}`, url])),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_MAX_ATTEMPTS: '1',
    };
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #record(line: string): void {
    appendFileSync(this.#calls, `${line}\n`);
  }

  #answer(
    request: IncomingMessage,
    body: Buffer,
  ): { status?: number; headers?: Record<string, string>; body?: Buffer | string } {
    const url = new URL(request.url ?? '/', 'http://aws');
    const target = String(request.headers['x-amz-target'] ?? '');
    if (target) {
      const [service = '', action] = target.split('.');
      const call = `${SERVICES[service]} ${action}`;
      this.#record(`${call} ${body.toString()}`);
      const headers = { 'content-type': 'application/x-amz-json-1.1' };
      try {
        const answer = this.#answers({ call, input: JSON.parse(body.toString()) }, this.variables);
        return { headers, body: JSON.stringify(answer) };
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        return { status: 400, headers, body: JSON.stringify({ __type: error.message, message: error.message }) };
      }
    }
    const [, asked] = /\/functions\/([^/]+)\/invocations$/.exec(url.pathname) ?? [];
    if (asked) return this.#invoke(decodeURIComponent(asked), body.toString());
    return this.#object(request.method ?? '', decodeURIComponent(url.pathname), url.searchParams, body);
  }

  #invoke(name: string, question: string): { status?: number; body?: string } {
    const { LOST = '99', REFUSAL = '', BLOCKERS_ANSWER = '', REVIEW_ANSWER, UNASKED } = this.variables;
    const others: Record<string, [what: string, answer: string]> = {
      'runbook-name-blockers': ['blockers', BLOCKERS_ANSWER],
      'runbook-review-plan': ['review', REVIEW_ANSWER ?? '{"summary":"nothing is dangerous"}'],
    };
    const [what, answer] = others[name] ?? [];
    this.#record(what ? `${what} ${question}` : `ownership ${question} of ${name}`);
    if (UNASKED === name || UNASKED === '255') return { status: 400, body: '{"message":"no"}' };
    if (answer !== undefined) return { body: answer };
    const questions = readFileSync(this.#calls, 'utf8').match(/^ownership /gm)?.length ?? 0;
    return { body: questions >= Number(LOST) ? REFUSAL : '{"owned":true}' };
  }

  #object(
    method: string,
    path: string,
    query: URLSearchParams,
    body: Buffer,
  ): { status?: number; headers?: Record<string, string>; body?: Buffer | string } {
    const xml = (status: number, Code: string) => ({
      status,
      headers: { 'content-type': 'application/xml' },
      body: `<Error><Code>${Code}</Code><Message>${Code}</Message></Error>`,
    });
    const file = join(this.#folder, 's3', path);
    const reads = method === 'GET';
    const listed = query.get('list-type') ? `?prefix=${query.get('prefix')}` : '';
    this.#record(`s3 ${method} ${path.slice(1)}${listed}`);
    if (reads && this.variables.S3_DENIED) return xml(403, 'AccessDenied');
    if (listed) return { body: this.#list(file, query.get('prefix') ?? '') };
    if (method === 'PUT') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, body);
      return {};
    }
    if (method === 'DELETE') {
      rmSync(file, { force: true });
      this.#onDelete(path.slice(1));
      return { status: 204 };
    }
    return existsSync(file) ? { body: readFileSync(file) } : xml(404, 'NoSuchKey');
  }

  /** A lock that is released no longer blocks Terraform. */
  #onDelete(object: string): void {
    if (object.endsWith('.tflock')) rmSync(join(this.#folder, 'locked'), { force: true });
  }

  #list(bucket: string, prefix: string): string {
    const all = existsSync(bucket) ? readdirSync(bucket, { recursive: true, withFileTypes: true }) : [];
    const keys = all
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(bucket.length).replace(/^\//, ''))
      .filter((key) => key.startsWith(prefix));
    const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
  }
}
