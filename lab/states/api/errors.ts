import { AwsError } from '../../service.ts';

/** The errors are those of the Step Functions API, in AWS's words. */

export const invalidArn = (detail: string) => new AwsError('InvalidArn', `Invalid Arn: '${detail}'`);
export const invalidName = (name: string) => new AwsError('InvalidName', `Invalid Name: '${name}'`);
export const invalidDefinition = (detail: string) =>
  new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${detail}'`);
export const invalidExecutionInput = (detail: string) =>
  new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${detail}'`);
export const invalidOutput = (detail: string) => new AwsError('InvalidOutput', `Invalid Output: '${detail}'`);
export const invalidToken = () => new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
export const stateMachineDoesNotExist = (arn: string) =>
  new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
export const stateMachineAlreadyExists = (arn: string) =>
  new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
export const stateMachineDeleting = (arn: string) =>
  new AwsError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
export const mapRunDoesNotExist = (arn: string) => new AwsError('ResourceNotFound', `Map Run Does Not Exist: '${arn}'`);
export const executionDoesNotExist = (arn: string) =>
  new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
export const executionAlreadyExists = (arn: string) =>
  new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
export const executionNotRedrivable = (reason: string) => new AwsError('ExecutionNotRedrivable', reason);
export const resourceNotFound = (arn: string) => new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
export const taskTimedOut = () =>
  new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
export const missingRequiredParameter = (detail: string) => new AwsError('MissingRequiredParameter', detail);
export const invalidLoggingConfiguration = (detail: string) =>
  new AwsError('InvalidLoggingConfiguration', `Invalid Logging Configuration: ${detail}`);
export const typeNotSupported = (detail: string) => new AwsError('StateMachineTypeNotSupported', detail);
export const revisionConflict = (revision: string, current: string | undefined) =>
  new AwsError(
    'ConflictException',
    `Failed to publish the State Machine version for revision ${revision}. The current State Machine revision is ${current ?? 'INITIAL'}.`,
  );
export const validation = (detail: string) => new AwsError('ValidationException', detail);
