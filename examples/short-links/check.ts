import { LambdaClient } from '@aws-sdk/client-lambda';
import { SignatureV4 } from '@smithy/signature-v4';
import { clientConfig, customCheck } from '../../lambdas/custom-check.ts';
import { type Call, followLink } from './follow-link.ts';
import { linkOutputs } from './outputs.ts';

/** Runs as `runbook-check-short-links`: signs its requests to the function's URL. What it looks for is in follow-link.ts. */

/** Longer than the function may take. */
const TIMEOUT_MS = 15_000;

const { credentials, region, sha256 } = new LambdaClient(clientConfig).config;
const signer = new SignatureV4({ service: 'lambda', credentials, region, sha256 });

function callsOf(api: string): Call {
  return async (method, path, body) => {
    const { protocol, hostname, pathname } = new URL(path, api);
    const headers = { host: hostname, ...(body ? { 'content-type': 'application/json' } : {}) };
    const signed = await signer.sign({
      method,
      protocol,
      hostname,
      path: pathname,
      headers,
      ...(body ? { body } : {}),
    });
    const started = Date.now();
    const response = await fetch(new URL(path, api), {
      method,
      headers: signed.headers,
      ...(body ? { body } : {}),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answered = await response.text();
    const location = response.headers.get('location');
    return { status: response.status, location, body: answered, tookMs: Date.now() - started };
  };
}

export const handler = customCheck(linkOutputs, ({ outputs, request }) =>
  followLink(`https://example.com/${request.run}`, callsOf(outputs.api_url)),
);
