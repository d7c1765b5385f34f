import { of, type RequiredActions, row } from './row.ts';

/** APIs of API Gateway: HTTP and WebSocket APIs (version 2), and REST APIs. */

const TAGS = of('apigateway', 'GET /tags/*', 'POST /tags/*', 'PUT /tags/*', 'DELETE /tags/*');

/**
 * API Gateway authorizes by the HTTP method, on the path of what is called:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/security_iam_service-with-iam.html
 */
const api = (file: string, type: string, path: string, created: string) =>
  row(`apigatewayv2/${file}.go`, `AWS::ApiGatewayV2::${type}`, {
    create: of('apigateway', `POST ${created}`),
    read: of('apigateway', `GET ${path}`),
    update: of('apigateway', `PATCH ${path}`),
    delete: of('apigateway', `DELETE ${path}`),
    ...(type === 'Api' || type === 'Stage' ? { tag: TAGS } : {}),
  });

const REST = '/restapis/*';
const METHOD = `${REST}/resources/*/methods/*`;
const rest = (file: string, type: string, path: string, create: string, tag: RequiredActions['tag'] = []) =>
  row(`apigateway/${file}.go`, `AWS::ApiGateway::${type}`, {
    create: of('apigateway', create),
    read: of('apigateway', `GET ${path}`),
    update: of('apigateway', `PATCH ${path}`),
    delete: of('apigateway', `DELETE ${path}`),
    tag,
  });

export const APIS: Readonly<Record<string, RequiredActions>> = {
  aws_apigatewayv2_api: api('api', 'Api', '/apis/*', '/apis'),
  aws_apigatewayv2_integration: api('integration', 'Integration', '/apis/*/integrations/*', '/apis/*/integrations'),
  aws_apigatewayv2_route: api('route', 'Route', '/apis/*/routes/*', '/apis/*/routes'),
  aws_apigatewayv2_stage: api('stage', 'Stage', '/apis/*/stages/*', '/apis/*/stages'),
  aws_api_gateway_rest_api: rest('rest_api', 'RestApi', REST, 'POST /restapis', TAGS),
  aws_api_gateway_resource: rest('resource', 'Resource', `${REST}/resources/*`, `POST ${REST}/resources/*`),
  aws_api_gateway_method: rest('method', 'Method', METHOD, `PUT ${METHOD}`),
  aws_api_gateway_method_response: row('apigateway/method_response.go', null, {
    create: of('apigateway', `PUT ${METHOD}/responses/*`),
    read: of('apigateway', `GET ${METHOD}/responses/*`),
    update: of('apigateway', `PATCH ${METHOD}/responses/*`),
    delete: of('apigateway', `DELETE ${METHOD}/responses/*`),
  }),
  aws_api_gateway_integration: row('apigateway/integration.go', null, {
    create: of('apigateway', `PUT ${METHOD}/integration`),
    read: of('apigateway', `GET ${METHOD}/integration`),
    update: of('apigateway', `PATCH ${METHOD}/integration`),
    delete: of('apigateway', `DELETE ${METHOD}/integration`),
  }),
  aws_api_gateway_integration_response: row('apigateway/integration_response.go', null, {
    create: of('apigateway', `PUT ${METHOD}/integration/responses/*`),
    read: of('apigateway', `GET ${METHOD}/integration/responses/*`),
    update: of('apigateway', `PATCH ${METHOD}/integration/responses/*`),
    delete: of('apigateway', `DELETE ${METHOD}/integration/responses/*`),
  }),
  // The provider reads the stages of an API before it deletes the deployment.
  aws_api_gateway_deployment: row('apigateway/deployment.go', 'AWS::ApiGateway::Deployment', {
    create: of('apigateway', `POST ${REST}/deployments`),
    read: of('apigateway', `GET ${REST}/deployments/*`),
    update: of('apigateway', `PATCH ${REST}/deployments/*`),
    delete: of('apigateway', `DELETE ${REST}/deployments/*`, `GET ${REST}/stages`),
  }),
  aws_api_gateway_stage: rest('stage', 'Stage', `${REST}/stages/*`, `POST ${REST}/stages`, TAGS),
};
