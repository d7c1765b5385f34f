import type { PlanReview, Remark } from '../contracts/plan.ts';
import { describeRisks } from '../plan/plan-risks.ts';
import { money } from '../report/money.ts';

/** The build's log and the plan contain the rest. */
const LISTED = 20;

/** A maximum cost is compared with list prices alone. */
const NO_PRICE =
  'No resource has a list price here, so a maximum cost (maxCostUsd) does not end the environment. Its time does.';

/** Describes the changes of a plan in several paragraphs, for the person who is to approve it. */
export function aboutPlan(review: PlanReview): string {
  const { add, change, destroy, byType, dangerous, unknown, destroyed, madeAnew, risks } = review;
  return [
    `Terraform would add ${add}, change ${change} and destroy ${destroy} resources.`,
    dangerous.length > 0 ? list('DANGEROUS', dangerous.map(remark)) : 'No dangerous changes were found.',
    list('STOPS OR OUTLIVES ITS TEARDOWN, accepted with the plan', describeRisks(risks, LISTED)),
    list('Not known until it is applied', unknown.map(remark)),
    list('Destroyed', destroyed),
    list('Destroyed and created again', madeAnew),
    list(
      'By type',
      byType.map((one) => `${one.type}: ${counts(one)}`),
    ),
    `The estimated cost after it is ${money(review.usdPerHour)} an hour (now ${money(review.usdPerHourNow)} an hour).`,
    review.usdPerHour === 0 ? NO_PRICE : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function remark({ address, why }: Remark): string {
  return `${address} ${why}`;
}

function counts({ add, change, destroy }: Pick<PlanReview, 'add' | 'change' | 'destroy'>): string {
  const parts = [
    [add, 'add'],
    [change, 'change'],
    [destroy, 'destroy'],
  ] as const;
  return parts.flatMap(([count, what]) => (count > 0 ? [`${what} ${count}`] : [])).join(', ');
}

function list(title: string, all: readonly string[]): string {
  if (all.length === 0) return '';
  const more = all.length > LISTED ? [`- and ${all.length - LISTED} more`] : [];
  return [`${title}:`, ...all.slice(0, LISTED).map((one) => `- ${one}`), ...more].join('\n');
}
