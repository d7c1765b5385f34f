import { type CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';

/**
 * These are on-demand prices for Europe (Ireland), without free tiers: aws.amazon.com/step-functions, /lambda,
 * /codebuild pricing, 2025-06.
 */
export const PRICES = {
  transition: 0.000025,
  /** The price is for arm64. */
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.0000002,
  /**
   * The price is for each started minute of arm1.small. It is that of US East, because the price list had none for
   * Ireland.
   */
  buildMinute: 0.0034,
};

const REPORT = /REPORT RequestId: \S+\s+Duration: [\d.]+ ms\s+Billed Duration: ([\d.]+) ms\s+Memory Size: (\d+) MB/;

/** Returns the billed use of the product's Lambda functions since `startTime`. */
export async function lambdaUse(logs: CloudWatchLogsClient, functions: readonly string[], startTime: number) {
  const use = { requests: 0, gbSeconds: 0 };
  for (const name of functions) {
    const group = { logGroupName: `/aws/lambda/${name}`, filterPattern: 'REPORT', startTime };
    for await (const { events = [] } of paginateFilterLogEvents({ client: logs }, group)) {
      for (const { message = '' } of events) {
        const [, billed, memory] = REPORT.exec(message) ?? [];
        if (!billed || !memory) continue;
        use.requests += 1;
        use.gbSeconds += (Number(billed) / 1_000) * (Number(memory) / 1_024);
      }
    }
  }
  return use;
}

/** Returns the started minutes. @param seconds the seconds of each build */
export function buildMinutes(seconds: readonly number[]): number {
  return seconds.reduce((sum, one) => sum + Math.ceil(one / 60), 0);
}

/** Returns the cost in US dollars. */
export function orchestrationCost(transitions: number, use: { requests: number; gbSeconds: number }): number {
  return transitions * PRICES.transition + use.gbSeconds * PRICES.lambdaGbSecond + use.requests * PRICES.lambdaRequest;
}
