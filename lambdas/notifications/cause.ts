/** Errors of Lambdas, builds and nested executions arrive as JSON; this is what is for people in them. */
export function readableCause(cause: string): string {
  const parsed = objectIn(cause);
  const { errorMessage, Error: error, Cause: nested, Build: build } = parsed;
  if (typeof errorMessage === 'string') return errorMessage;
  if (typeof nested === 'string') return `${typeof error === 'string' ? `${error}: ` : ''}${readableCause(nested)}`;
  if (isObject(build)) return buildCause(build);
  return cause;
}

function buildCause(build: Record<string, unknown>): string {
  const { Id: id, BuildStatus: status, Phases: phases, Logs: logs, ExportedEnvironmentVariables: exported } = build;
  const variables = Array.isArray(exported) ? exported.filter(isObject) : [];
  const said = (name: string) => {
    const value = variables.find(({ Name }) => Name === name)?.Value;
    return typeof value === 'string' ? value : '';
  };
  const failed = (Array.isArray(phases) ? phases.filter(isObject) : []).find(
    ({ PhaseStatus }) => PhaseStatus !== undefined && PhaseStatus !== 'SUCCEEDED',
  );
  const link = isObject(logs) && typeof logs.DeepLink === 'string' ? `; its log: ${logs.DeepLink}` : '';
  // What it asked before it changed anything; its log says nothing more.
  if (said('REFUSED')) return `build ${id} was refused: ${said('REFUSED')}`;
  const why = said('FAILURE') ? `: ${said('FAILURE')}` : '';
  return `build ${id} is ${status}${failed ? ` in ${failed.PhaseType}` : ''}${why}${link}`;
}

/** Empty for what is no JSON object. */
export function objectIn(text: string | null | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
