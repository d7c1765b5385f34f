import { type Logging, logGroupOf } from '../machines.ts';
import { invalidLoggingConfiguration } from './errors.ts';

const LOG_GROUP_ARN = /^arn:[^:]+:logs:[^:]+:[^:]+:log-group:[^:]+/;

/**
 * AWS reads the destination as soon as a machine wants to log, and checks that it exists.
 * @throws AwsError InvalidLoggingConfiguration
 */
export async function requireDestination(
  { level = 'OFF', destinations = [] }: Logging,
  exists: (logGroup: string) => Promise<boolean>,
): Promise<void> {
  const [destination] = destinations;
  if (destinations.length > 1 || (level !== 'OFF' && !destination)) {
    throw invalidLoggingConfiguration('Must specify exactly one Log Destination.');
  }
  if (!destination) return;
  const arn = destination.cloudWatchLogsLogGroup?.logGroupArn;
  if (!arn) throw invalidLoggingConfiguration('Must set valid CloudWatch Log Group ARN.');
  if (!LOG_GROUP_ARN.test(arn)) throw invalidLoggingConfiguration('Provided ARN is not CloudWatch Logs Log Group ARN.');
  if (!arn.endsWith(':*')) throw invalidLoggingConfiguration("Log Group ARN must be provided with '*' qualifier.");
  if (!(await exists(logGroupOf(arn)))) throw invalidLoggingConfiguration('Log Destination not found.');
}
