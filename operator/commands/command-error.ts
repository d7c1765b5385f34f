/** Something the operator can mend: shown without a stack, and the command ends with the exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.usage) {
    super(message);
    this.exitCode = exitCode;
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
