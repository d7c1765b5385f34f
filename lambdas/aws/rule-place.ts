/**
 * Returns the rule and the bus of a sweep's id. The id is the rule's name, after the name of its bus if that is not the
 * default bus. The name of a bus may contain slashes (`aws.partner/example.com/7`), and the name of a rule none:
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html
 */
export function rulePlace(id: string): { rule: string; bus: string | undefined } {
  const slash = id.lastIndexOf('/');
  return { rule: id.slice(slash + 1), bus: slash === -1 ? undefined : id.slice(0, slash) };
}
