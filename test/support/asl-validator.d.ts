declare module 'asl-validator' {
  export interface ValidationError {
    'Error code': string;
    Message: string;
    path?: string;
  }
  export interface ValidationResult {
    isValid: boolean;
    errors: ValidationError[];
  }
  /**
   * Writes QueryLanguage into the states of the definition that it is given. The function may throw on a malformed
   * definition.
   */
  export default function validate(
    definition: unknown,
    options?: { checkPaths?: boolean; checkArn?: boolean },
  ): ValidationResult;
}
