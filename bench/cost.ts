import { type CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';

/** On demand, Europe (Ireland), without free tiers: aws.amazon.com/step-functions, /lambda, /codebuild pricing, 2025-06. */
export const PRICES = {
  transition: 0.000025,
  /** arm64 */
  lambdaGbSecond: 0.0000133334,
  lambdaRequest: 0.0000002,
  /** arm1.small, by the begun minute (of US East: Ireland's is not listed where we looked) */
  buildMinute: 0.0034,
};

const REPORT = /REPORT RequestId: \S+\s+Duration: [\d.]+ ms\s+Billed Duration: ([\d.]+) ms\s+Memory Size: (\d+) MB/;

/** What the product's Lambdas were billed for since then. */
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

/** Begun ones. @param seconds that each build took */
export function buildMinutes(seconds: readonly number[]): number {
  return seconds.reduce((sum, one) => sum + Math.ceil(one / 60), 0);
}

/** In US dollars. */
export function orchestrationCost(transitions: number, use: { requests: number; gbSeconds: number }): number {
  return transitions * PRICES.transition + use.gbSeconds * PRICES.lambdaGbSecond + use.requests * PRICES.lambdaRequest;
}
