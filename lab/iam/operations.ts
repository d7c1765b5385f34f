import type { AwsRequest } from '../service.ts';

/** Calls of REST protocols are matched by method and path, without the query. */
const REST: readonly [string, RegExp, string, RegExp][] = [
  ['lambda', /^POST$/, 'CreateFunction', /^\/2015-03-31\/functions\/?$/],
  ['lambda', /^PUT$/, 'UpdateFunctionCode', /^\/2015-03-31\/functions\/[^/]+\/code$/],
  ['lambda', /^PUT$/, 'UpdateFunctionConfiguration', /^\/2015-03-31\/functions\/[^/]+\/configuration$/],
  ['lambda', /^POST$/, 'InvokeFunction', /^\/2015-03-31\/functions\/[^/]+\/invocations\/?$/],
  ['lambda', /^GET$/, 'GetFunction', /^\/2015-03-31\/functions\/[^/]+\/?$/],
  ['lambda', /^DELETE$/, 'DeleteFunction', /^\/2015-03-31\/functions\/[^/]+\/?$/],
  ['lambda', /^GET$/, 'GetFunctionConfiguration', /^\/2015-03-31\/functions\/[^/]+\/configuration$/],
  ['lambda', /^GET$/, 'GetFunctionConcurrency', /^\/2019-09-30\/functions\/[^/]+\/concurrency$/],
  ['lambda', /^GET$/, 'ListVersionsByFunction', /^\/2015-03-31\/functions\/[^/]+\/versions\/?$/],
  ['lambda', /^GET$/, 'GetPolicy', /^\/2015-03-31\/functions\/[^/]+\/policy\/?$/],
  ['lambda', /^POST$/, 'AddPermission', /^\/2015-03-31\/functions\/[^/]+\/policy\/?$/],
  ['lambda', /^DELETE$/, 'RemovePermission', /^\/2015-03-31\/functions\/[^/]+\/policy\/[^/]+$/],
  ['lambda', /^GET$/, 'GetFunctionCodeSigningConfig', /^\/2020-06-30\/functions\/[^/]+\/code-signing-config$/],
  ['lambda', /^GET$/, 'GetFunctionUrlConfig', /^\/2021-10-31\/functions\/[^/]+\/url\/?$/],
  ['lambda', /^POST$/, 'CreateFunctionUrlConfig', /^\/2021-10-31\/functions\/[^/]+\/url\/?$/],
  ['lambda', /^PUT$/, 'UpdateFunctionUrlConfig', /^\/2021-10-31\/functions\/[^/]+\/url\/?$/],
  ['lambda', /^DELETE$/, 'DeleteFunctionUrlConfig', /^\/2021-10-31\/functions\/[^/]+\/url\/?$/],
  // The lab's own way for what comes by a function's URL.
  ['lambda', /^POST$/, 'InvokeFunctionUrl', /^\/2021-10-31\/functions\/[^/]+\/url\/invocations$/],
  ['lambda', /^POST$/, 'CreateEventSourceMapping', /^\/2015-03-31\/event-source-mappings\/?$/],
  ['lambda', /^GET$/, 'GetEventSourceMapping', /^\/2015-03-31\/event-source-mappings\/[^/]+$/],
  ['lambda', /^PUT$/, 'UpdateEventSourceMapping', /^\/2015-03-31\/event-source-mappings\/[^/]+$/],
  ['lambda', /^DELETE$/, 'DeleteEventSourceMapping', /^\/2015-03-31\/event-source-mappings\/[^/]+$/],
  ['lambda', /^GET$/, 'ListTags', /^\/2017-03-31\/tags\/[^/]+$/],
  ['lambda', /^POST$/, 'TagResource', /^\/2017-03-31\/tags\/[^/]+$/],
  ['lambda', /^DELETE$/, 'UntagResource', /^\/2017-03-31\/tags\/[^/]+$/],
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
