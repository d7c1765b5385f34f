/** The command could not be carried out, and the operator can fix the cause. The error is shown without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly problem: string;
  readonly fix: string | undefined;

  /** @param fix what to do, if the problem does not already say it */
  constructor(problem: string, fix?: string) {
    super(fix ? `${problem}: ${fix}` : problem);
    this.problem = problem;
    this.fix = fix;
  }
}

/** The CLI has these exit codes. */
export const EXIT = {
  /** The command has succeeded. */
  ok: 0,
  /** The execution failed, a check did not pass, or something is left. */
  failed: 1,
  /** The command could not be carried out: the input is invalid, there are no credentials, or nothing is deployed. */
  usage: 2,
  /** Ctrl-C ended the command. Executions continue. */
  interrupted: 130,
} as const;
