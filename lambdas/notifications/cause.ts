/** Returns the readable part of a cause. The errors of Lambda functions, builds and nested executions are JSON. */
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
  // The build checked and refused its input before it changed anything. Its log contains nothing more.
  if (said('REFUSED')) return `build ${id} was refused: ${said('REFUSED')}`;
  const why = said('FAILURE') ? `: ${said('FAILURE')}` : '';
  return `build ${id} is ${status}${failed ? ` in ${failed.PhaseType}` : ''}${why}${link}`;
}

/** Returns an empty object for a text that is not a JSON object. */
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
