import type { AwsRequest } from '../service.ts';

/** Calls of REST protocols are matched by method and path, without the query. */
const REST: readonly [string, RegExp, string, RegExp][] = [
  ['lambda', /^POST$/, 'CreateFunction', /^\/2015-03-31\/functions\/?$/],
  ['lambda', /^PUT$/, 'UpdateFunctionCode', /^\/2015-03-31\/functions\/[^/]+\/code$/],
  ['lambda', /^PUT$/, 'UpdateFunctionConfiguration', /^\/2015-03-31\/functions\/[^/]+\/configuration$/],
  ['lambda', /^POST$/, 'InvokeFunction', /^\/2015-03-31\/functions\/[^/]+\/invocations\/?$/],
  ['scheduler', /^POST$/, 'CreateSchedule', /^\/schedules\/[^/]+$/],
  ['scheduler', /^PUT$/, 'UpdateSchedule', /^\/schedules\/[^/]+$/],
  ['scheduler', /^DELETE$/, 'DeleteSchedule', /^\/schedules\/[^/]+$/],
  ['scheduler', /^GET$/, 'GetSchedule', /^\/schedules\/[^/]+$/],
];

/**
 * Returns the name of the API operation, as policies call it; undefined where the protocol does not have it and the lab
 * does not recognise it.
 */
export function operationOf({ action, service, method, url }: AwsRequest): string | undefined {
  if (action) return action;
  // Smithy RPC v2 has the path /service/<name>/operation/<name>.
  const rpc = /\/operation\/(\w+)$/.exec(url.pathname)?.[1];
  if (rpc) return rpc;
  return REST.find(([name, verb, , path]) => name === service && verb.test(method) && path.test(url.pathname))?.[2];
}
