import * as z from 'zod';
import { parseStateFile } from '../plan/state-file.ts';
import type { StoredText } from '../sweep/take-inventory.ts';
import type { OwnRule } from './references.ts';

const text = z.string().nullish().catch(undefined);

const attributes = z.looseObject({
  id: text,
  security_group_id: text,
  /** The id is absent where an old provider created the rule. */
  security_group_rule_id: text,
  source_security_group_id: text,
});

const RULES = /^aws_(security_group_rule|vpc_security_group_(ingress|egress)_rule)$/;

/**
 * Says for which rules the destroy waits: those of a group in Terraform's state that the state does not list, unless it
 * deletes the group with the rule before the group that the rule names. A group's own attributes prove nothing, since
 * the provider reads into them whatever rules it finds.
 * @throws {DependencyError} when there is a state that cannot be read
 */
export function holdsUpDestroy(stored: StoredText): (rule: OwnRule) => boolean {
  if (stored.kind !== 'found') return () => false;
  const rules = new Set<string>();
  const groups = new Map<string, { address: string; after: readonly string[] }>();
  for (const { module, type, name, instances } of parseStateFile(stored.text).managed) {
    const address = `${module ? `${module.replaceAll(/\[[^\]]*\]/g, '')}.` : ''}${type}.${name}`;
    for (const { attributes: values, dependencies } of instances) {
      const { id, security_group_id, security_group_rule_id, source_security_group_id } = attributes.parse(
        values ?? {},
      );
      if (type === 'aws_security_group' && id) groups.set(id, { address, after: dependencies ?? [] });
      if (!RULES.test(type)) continue;
      rules.add(security_group_rule_id || id || '');
      if (type === 'aws_security_group_rule' && !security_group_rule_id) {
        rules.add(`${security_group_id} ${source_security_group_id}`);
      }
    }
  }
  return ({ rule, group, names }) => {
    const [of, about] = [groups.get(group), groups.get(names)];
    if (of === undefined || rules.has(rule) || rules.has(`${group} ${names}`)) return false;
    return about === undefined || !of.after.includes(about.address);
  };
}
