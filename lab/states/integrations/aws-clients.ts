import { StateError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { fromApi, operationSchemas, type TimeFormat, toApi } from './casing.ts';
import { findService, type SdkModule } from './sdk-services.ts';
import { optimizedError, sdkError } from './service-errors.ts';

export interface AwsClientOptions {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
}

/** A Parallel or Map may have this number of calls open at once; the SDK's own limit is 50. */
const MAX_SOCKETS = 1000;

interface SdkClient {
  destroy(): void;
  send(command: unknown, options: { abortSignal: AbortSignal }): Promise<Record<string, unknown>>;
}

export interface CallOptions {
  times?: TimeFormat;
  /**
   * The errors have the names of an optimized integration, with this prefix, instead of those of the SDK integrations.
   */
  optimized?: string;
}

/** The class calls AWS as one role through the SDK. A client is created when it is first needed. */
export class AwsClients {
  readonly #options: AwsClientOptions;
  readonly #clients = new Map<string, Promise<{ module: SdkModule; client: SdkClient }>>();

  constructor(options: AwsClientOptions) {
    this.#options = options;
  }

  /**
   * Calls an action with parameters in Step Functions' casing.
   * @returns the result in the same casing, and the metadata of the call
   * @throws StateError with AWS's name
   */
  async call(
    service: string,
    action: string,
    parameters: Json,
    signal: AbortSignal,
    options: CallOptions = {},
  ): Promise<{ result: JsonObject; metadata: JsonObject }> {
    const { module, client } = await this.#client(service);
    const command = module.command(action);
    const { input, output } = operationSchemas(command({}));
    const request = command(toApi(input, parameters) as Record<string, unknown>);
    try {
      const response = await client.send(request, { abortSignal: signal });
      for (const [name, value] of Object.entries(response)) if (isStream(value)) response[name] = await text(value);
      const result = fromApi(output, response, options.times);
      return { result: isObject(result) ? result : {}, metadata: sdkMetadata(response.$metadata) };
    } catch (error) {
      signal.throwIfAborted();
      throw options.optimized ? optimizedError(options.optimized, error, module) : sdkError(module, error);
    }
  }

  async destroy(): Promise<void> {
    const made = await Promise.allSettled(this.#clients.values());
    for (const result of made) if (result.status === 'fulfilled') result.value.client.destroy();
  }

  #client(service: string) {
    const found = this.#clients.get(service);
    if (found) return found;
    const made = findService(service).then((module) => {
      if (!module) throw new StateError('States.Runtime', `No SDK client is installed for the service '${service}'`);
      return { module, client: this.#make(module) };
    });
    this.#clients.set(service, made);
    return made;
  }

  #make(module: SdkModule): SdkClient {
    return new module.Client({
      ...this.#options,
      // Step Functions makes one attempt: the state's Retry is responsible for repetitions.
      maxAttempts: 1,
      requestHandler: { httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS } },
      // With path style, one name resolves, whatever the bucket.
      ...(module.name === 'S3' ? { forcePathStyle: true } : {}),
    }) as SdkClient;
  }
}

interface Stream {
  transformToString(): Promise<string>;
}

function isStream(value: unknown): value is Stream {
  return typeof value === 'object' && value !== null && 'transformToString' in value && !(value instanceof Uint8Array);
}

const text = (stream: Stream) => stream.transformToString();

function sdkMetadata(metadata: unknown): JsonObject {
  const { httpStatusCode, requestId } = (metadata ?? {}) as { httpStatusCode?: number; requestId?: string };
  return {
    SdkHttpMetadata: { HttpStatusCode: httpStatusCode ?? null },
    SdkResponseMetadata: { RequestId: requestId ?? null },
  };
}
