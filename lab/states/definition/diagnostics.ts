/** One thing that is wrong with a definition, in the terms of ValidateStateMachineDefinition. */
export interface Diagnostic {
  severity: 'ERROR' | 'WARNING';
  code: string;
  message: string;
  /** `/States/Build/Next`; absent when the text is no JSON object. */
  location?: string;
}

/** Collects what the rules find. */
export class Findings {
  readonly diagnostics: Diagnostic[] = [];

  error(location: string, message: string, code = 'SCHEMA_VALIDATION_FAILED'): void {
    this.diagnostics.push({ severity: 'ERROR', code, message, location: location || '/' });
  }

  /** About the machine as a whole, at no place of it. */
  errorOfAll(message: string, code: string): void {
    this.diagnostics.push({ severity: 'ERROR', code, message });
  }
}
