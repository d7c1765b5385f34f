import type { InventoryItem } from '../contracts/payloads/inventory.ts';
import type { PlanFile, PlannedChange, PlanReview } from '../contracts/plan.ts';
import { dangersOf, isChanged, unknownIn } from './plan-dangers.ts';
import { planRisks, type TeardownTerms } from './plan-risks.ts';
import { priceFacts } from './price-facts.ts';
import { costLines } from './prices.ts';
import { additionsToOthers } from './settings-of-others.ts';

/**
 * Reviews a plan: what it changes, which changes are dangerous or stop the environment's own teardown, and the costs
 * with and without the plan.
 */
export function reviewPlan(plan: PlanFile, terms: TeardownTerms): PlanReview {
  const changes = plan.resource_changes;
  const counted = changes.filter(isChanged).map(({ address, type, change: { actions } }) => {
    const [adds, destroys] = [actions.includes('create'), actions.includes('delete')];
    return { address, type, add: Number(adds), change: Number(actions.includes('update')), destroy: Number(destroys) };
  });
  const byType = [...Map.groupBy(counted, ({ type }) => type)].map(([type, same]) => ({ type, ...sum(same) }));
  const goes = counted.filter(({ destroy }) => destroy > 0);
  return {
    ...sum(counted),
    byType: byType.sort((a, b) => a.type.localeCompare(b.type)),
    destroyed: goes.filter(({ add }) => add === 0).map(({ address }) => address),
    madeAnew: goes.filter(({ add }) => add > 0).map(({ address }) => address),
    dangerous: [...dangersOf(changes), ...additionsToOthers(changes)],
    unknown: unknownIn(changes),
    risks: planRisks(plan, terms),
    usdPerHour: usdPerHour(changes, 'after'),
    usdPerHourNow: usdPerHour(changes, 'before'),
  };
}

type Counts = Pick<PlanReview, 'add' | 'change' | 'destroy'>;

function sum(counts: readonly Counts[]): Counts {
  const total = (key: keyof Counts) => counts.reduce((all, one) => all + one[key], 0);
  return { add: total('add'), change: total('change'), destroy: total('destroy') };
}

/** Returns the list price of everything that exists before or after a plan. */
export function usdPerHour(changes: readonly PlannedChange[], side: 'before' | 'after'): number {
  const items = changes.flatMap((one) => itemsOf(one, side, changes));
  return costLines(items).reduce((all, line) => all + line.usdPerHour, 0);
}

function itemsOf(one: PlannedChange, side: 'before' | 'after', all: readonly PlannedChange[]): InventoryItem[] {
  const { address, type, change } = one;
  const values = change[side];
  if (!values) return [];
  const item = { type, name: address, id: address, service: type };
  // A task definition that is not created yet has no ARN. Its service is the one with the same index.
  const task_definition = values.task_definition ?? all.find((other) => isDefinitionOf(other, one))?.address;
  const facts = priceFacts(type, task_definition === undefined ? values : { ...values, task_definition });
  const arn = typeof values.arn === 'string' ? values.arn : address;
  const secret = values.manage_master_user_password === true;
  return [{ ...item, arn, ...facts }, ...(secret ? [{ ...item, type: 'aws_secretsmanager_secret' }] : [])];
}

function isDefinitionOf(other: PlannedChange, service: PlannedChange): boolean {
  return (
    service.type === 'aws_ecs_service' && other.type === 'aws_ecs_task_definition' && other.index === service.index
  );
}
