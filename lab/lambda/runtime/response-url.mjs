import http from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';

/**
 * CloudFormation gives a custom resource a URL to answer to. The CDK's handlers always PUT to it by https at the
 * default port, whatever the URL is; here CloudFormation listens at the endpoint, without TLS.
 */
export function answerCloudFormationAtEndpoint() {
  const endpoint = process.env.AWS_ENDPOINT_URL && new URL(process.env.AWS_ENDPOINT_URL);
  if (!endpoint) return;
  const request = https.request;
  https.request = (options, ...rest) => {
    const toEndpoint = options?.hostname === endpoint.hostname && !options.port;
    return toEndpoint ? http.request({ ...options, port: endpoint.port }, ...rest) : request(options, ...rest);
  };
  syncBuiltinESMExports();
}
