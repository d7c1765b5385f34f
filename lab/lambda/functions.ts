import { createHash } from 'node:crypto';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { GetFunctionCommand, type GetFunctionResponse, LambdaClient } from '@aws-sdk/client-lambda';
import type { LabContext } from '../context.ts';
import { download } from '../download.ts';
import { AwsError } from '../service.ts';
import { unzip } from '../unzip.ts';

/** The version is one of a function, ready to run. */
export interface FunctionVersion {
  name: string;
  arn: string;
  version: string;
  role: string;
  handler: string;
  /** The form is `nodejs24.x`. */
  runtime: string;
  timeoutSeconds: number;
  memoryMb: number;
  variables: Record<string, string>;
  codeDirectory: string;
  logGroup: string;
  logFormat: 'Text' | 'JSON';
  reservedConcurrency: number | undefined;
  deadLetterArn: string | undefined;
  /** The revision changes with any change that a running environment could not follow. */
  revision: string;
}

/**
 * A configuration is used for this time; the emulator also changes functions without a call that reaches the gateway.
 */
const CACHE_MS = 2_000;

/** AWS's runtime has these packages, so that functions need not bundle them. */
const RUNTIME_PACKAGES = ['@aws-sdk', '@smithy'];

/** The class has the functions as the emulator keeps them, with their code unpacked once per content. */
export class Functions {
  readonly #context: LabContext;
  readonly #client: LambdaClient;
  readonly #directory: string;
  readonly #known = new Map<string, { until: number; version: Promise<FunctionVersion> }>();
  readonly #code = new Map<string, Promise<string>>();
  #prepared: Promise<void> | undefined;

  constructor(context: LabContext) {
    this.#context = context;
    this.#client = new LambdaClient(context.emulator);
    this.#directory = join(context.directory, 'lambda');
  }

  /** Drops the functions after a change: the next get() asks the emulator again. */
  forget(): void {
    this.#known.clear();
  }

  /**
   * @param identifier name, ARN or partial ARN, with or without a qualifier
   * @throws AwsError ResourceNotFoundException
   */
  get(identifier: string, qualifier?: string): Promise<FunctionVersion> {
    const key = `${identifier}\n${qualifier ?? ''}`;
    const known = this.#known.get(key);
    if (known && known.until > Date.now()) return known.version;
    const version = this.#load(identifier, qualifier);
    this.#known.set(key, { until: Date.now() + CACHE_MS, version });
    version.catch(() => this.#known.delete(key));
    return version;
  }

  async #load(identifier: string, explicitQualifier: string | undefined): Promise<FunctionVersion> {
    const { name, qualifier = explicitQualifier } = parseIdentifier(identifier);
    this.#requireRegion(identifier);
    const answer = await this.#describe(name, qualifier);
    const { Configuration: configuration = {}, Code: code } = answer;
    const runtime = configuration.Runtime ?? '';
    if (!runtime.startsWith('nodejs')) {
      throw new AwsError(
        'InvalidRuntimeException',
        `The lab runs Node.js functions only; ${name} wants "${runtime}".`,
        502,
      );
    }
    const version = {
      name,
      arn: configuration.FunctionArn ?? '',
      version: configuration.Version ?? '$LATEST',
      role: configuration.Role ?? '',
      handler: configuration.Handler ?? '',
      runtime,
      timeoutSeconds: configuration.Timeout ?? 3,
      memoryMb: configuration.MemorySize ?? 128,
      variables: configuration.Environment?.Variables ?? {},
      codeDirectory: await this.#unpacked(configuration.CodeSha256 ?? '', code?.Location ?? ''),
      logGroup: configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
      logFormat: configuration.LoggingConfig?.LogFormat ?? 'Text',
      reservedConcurrency: answer.Concurrency?.ReservedConcurrentExecutions,
      deadLetterArn: configuration.DeadLetterConfig?.TargetArn || undefined,
    } as const;
    return { ...version, revision: createHash('sha256').update(JSON.stringify(version)).digest('hex') };
  }

  /** The message is that of a recording: lab/test/integration/recorded/. */
  #requireRegion(identifier: string): void {
    const { region } = this.#context;
    const [, asked = region] = /^arn:[^:]+:lambda:([^:]+):/.exec(identifier) ?? [];
    if (asked === region) return;
    const message = `Functions from '${asked}' are not reachable in this region ('${region}')`;
    throw new AwsError('ResourceNotFoundException', message, 404);
  }

  async #describe(name: string, qualifier: string | undefined): Promise<GetFunctionResponse> {
    try {
      return await this.#client.send(new GetFunctionCommand({ FunctionName: name, Qualifier: qualifier }));
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status !== 404) throw error;
      const { region, accountId } = this.#context;
      const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}${qualifier ? `:${qualifier}` : ''}`;
      throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    }
  }

  #unpacked(sha256: string, location: string): Promise<string> {
    let directory = this.#code.get(sha256);
    if (!directory) {
      directory = this.#unpack(Buffer.from(sha256, 'base64').toString('hex'), location);
      this.#code.set(sha256, directory);
      directory.catch(() => this.#code.delete(sha256));
    }
    return directory;
  }

  async #unpack(id: string, location: string): Promise<string> {
    this.#prepared ??= this.#provideRuntimePackages();
    await this.#prepared;
    const directory = join(this.#directory, 'code', id);
    const zip = await download(location);
    await rm(directory, { recursive: true, force: true });
    await unzip(zip, `${directory}.part`);
    await rename(`${directory}.part`, directory);
    return directory;
  }

  /** The folder is above the code of every function, where Node searches after the function's own packages. */
  async #provideRuntimePackages(): Promise<void> {
    const packages = join(this.#directory, 'node_modules');
    await mkdir(packages, { recursive: true });
    for (const scope of RUNTIME_PACKAGES) {
      await symlink(join(this.#context.projectRoot, 'node_modules', scope), join(packages, scope));
    }
  }
}

/** The identifier is `name`, `name:qualifier`, `123456789012:function:name`, or the ARN. */
export function parseIdentifier(identifier: string): { name: string; qualifier?: string } {
  const match = /^(?:(?:arn:[^:]+:lambda:[^:]*:)?\d*:?function:)?([\w-]+)(?::([\w$-]+))?$/.exec(identifier);
  if (!match?.[1]) {
    throw new AwsError('ValidationException', `${identifier} is not a function name, an ARN or a partial ARN.`);
  }
  return match[2] ? { name: match[1], qualifier: match[2] } : { name: match[1] };
}
