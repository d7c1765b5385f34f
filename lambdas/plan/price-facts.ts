import type { InventoryItem } from '../contracts/payloads/inventory.ts';

/** The price of a resource depends on these attributes of Terraform's state or plan. */
const FACTS: Record<string, readonly string[]> = {
  aws_db_instance: ['instance_class', 'allocated_storage'],
  aws_ecs_service: ['desired_count', 'task_definition'],
  aws_ecs_task_definition: ['cpu', 'memory'],
};

export function priceFacts(type: string, values: Readonly<Record<string, unknown>>): Pick<InventoryItem, 'facts'> {
  const known = (FACTS[type] ?? []).flatMap((key) => {
    const value = values[key];
    return typeof value === 'string' || typeof value === 'number' ? [[key, value] as const] : [];
  });
  return known.length > 0 ? { facts: Object.fromEntries(known) } : {};
}
