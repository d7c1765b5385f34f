import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * This module replaces the SDK's chain of credential providers in every bundle. Lambda puts its role's credentials into
 * the environment, and the rest of the chain (SSO, STS, profiles, processes, instance metadata) is a quarter of a
 * bundle.
 */
export const defaultProvider = fromEnv;
