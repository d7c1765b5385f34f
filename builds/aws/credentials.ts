import { fromEnv } from '@aws-sdk/credential-provider-env';
import { fromHttp } from '@aws-sdk/credential-provider-http';

type Provider = ReturnType<typeof fromHttp>;
type Options = Parameters<typeof fromHttp>[0];

/**
 * This provider stands for the SDK's chain of credential providers in the bundle. CodeBuild gives a build the
 * credentials of its role at the container's address (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI); the environment's own
 * come first, as in the chain. `fromHttp` throws at once where there is no address, so it is created when credentials
 * are requested.
 */
export const defaultProvider =
  (options: Options = {}): Provider =>
  () =>
    process.env.AWS_ACCESS_KEY_ID ? fromEnv()() : fromHttp(options)();
