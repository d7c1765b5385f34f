/** A diagnostic is one thing that is wrong with a definition, in the terms of ValidateStateMachineDefinition. */
export interface Diagnostic {
  severity: 'ERROR' | 'WARNING';
  code: string;
  message: string;
  /** The form is `/States/Build/Next`; the member is absent when the text is not a JSON object. */
  location?: string;
}

/** Collects what the rules find. */
export class Findings {
  readonly diagnostics: Diagnostic[] = [];

  error(location: string, message: string, code = 'SCHEMA_VALIDATION_FAILED'): void {
    this.diagnostics.push({ severity: 'ERROR', code, message, location: location || '/' });
  }

  /** Adds an error about the machine as a whole, without a location. */
  errorOfAll(message: string, code: string): void {
    this.diagnostics.push({ severity: 'ERROR', code, message });
  }
}
