/** Something the operator can mend: shown without a stack. The command could not be carried out. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly problem: string;
  readonly fix: string | undefined;

  /** @param fix what to do, when the problem does not say so itself */
  constructor(problem: string, fix?: string) {
    super(fix ? `${problem}: ${fix}` : problem);
    this.problem = problem;
    this.fix = fix;
  }
}

/** Exit codes of the CLI. */
export const EXIT = {
  /** What was asked for has happened. */
  ok: 0,
  /** The execution failed, a check did not pass, or something is left. */
  failed: 1,
  /** The command could not be carried out: bad input, no credentials, nothing deployed. */
  usage: 2,
  /** Ctrl-C; executions go on. */
  interrupted: 130,
} as const;
