import { type PlanFile, type PlannedChange, planFile } from '../../../../lambdas/contracts/plan.ts';
import { planRisks, type TeardownTerms } from '../../../../lambdas/plan/plan-risks.ts';

/** The plans are those of the product `shop`. The terms are those of a teardown of its environment `dev`. */

export type Values = Record<string, unknown>;
export const OWN = { project: 'shop', environment: 'dev' };
export const TERMS: TeardownTerms = {
  own: OWN,
  owns: (name) => name.startsWith('shop-dev'),
  maxDeletions: 100,
  accepted: [],
};
export const AWS = 'registry.terraform.io/hashicorp/aws';

export function created(type: string, after: Values, more: Values = {}): PlannedChange {
  const { after_unknown, ...rest } = more;
  const change = { actions: ['create'], before: null, after: { tags_all: OWN, ...after }, after_unknown };
  return { address: `${type}.x`, type, provider: AWS, providerKey: 'aws', change, ...rest } as PlannedChange;
}
export const planned = (changes: PlannedChange[], more: Partial<PlanFile> = {}): PlanFile =>
  planFile.parse(JSON.parse(JSON.stringify({ resource_changes: changes, ...more })));
export const risksOf = (changes: PlannedChange[], more: Partial<PlanFile> = {}, terms: Partial<TeardownTerms> = {}) =>
  planRisks(planned(changes, more), { ...TERMS, ...terms }).map(({ address, risk }) => [address, risk]);
