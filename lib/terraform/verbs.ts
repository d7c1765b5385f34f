/** `('sqs', {Create: ['Queue']})` → `['sqs:CreateQueue']`: long lists of actions, without the noise. */
export function withVerbs(service: string, nouns: Record<string, readonly string[]>): string[] {
  return Object.entries(nouns).flatMap(([verb, names]) => names.map((noun) => `${service}:${verb}${noun}`));
}
