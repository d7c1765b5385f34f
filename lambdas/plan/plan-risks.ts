import { type AcceptedRisk, type PlanFile, type PlannedChange, RISKS, type TeardownRisk } from '../contracts/plan.ts';
import { type OwnTags, tagsText, wrongTags } from './plan-tags.ts';
import { guardedAddresses, withoutIndices } from './prevent-destroy.ts';
import { takeoverRisks } from './takeover-risks.ts';
import { brokenRules, whyUnconfirmed } from './teardown-risks.ts';

/** A teardown decides by these terms. */
export interface TeardownTerms {
  own: OwnTags;
  /** Returns whether a name is built from the environment's prefix. */
  owns(name: string): boolean;
  maxDeletions: number;
  accepted: readonly AcceptedRisk[];
}

/**
 * Lists what would stop the teardown of the resources that a plan creates or keeps, or would be left by it, the worst
 * first. Risks that the configuration accepts are left out.
 */
export function planRisks(plan: PlanFile, terms: TeardownTerms): TeardownRisk[] {
  const kept = plan.resource_changes.filter(({ change }) => change.after);
  const guarded = new Set(guardedAddresses(plan.lifecycles));
  const risks = [
    ...ceiling(kept.length, terms),
    ...sharedVpcs(plan, terms.own),
    ...takeoverRisks(plan.resource_changes, terms),
    ...plan.resource_changes.flatMap(({ address, change }) =>
      change.actions.includes('forget') ? [FORGOTTEN(address)] : [],
    ),
    ...kept.flatMap((one) => [
      ...tagRisks(one, kept, terms.own),
      ...nameRisks(one, terms),
      ...(ADOPTED.test(one.type) ? [ADOPTS(one.address)] : []),
      ...brokenRules(one).map(({ risk, why, fix, attribute, unknown }) => ({
        ...{ address: one.address, risk, fix, acceptable: true },
        why: unknown ? `${attribute} is known only when it is applied; where it is not as it should be, ${why}` : why,
      })),
      ...(guarded.has(withoutIndices(one.address)) ? [PREVENTED(one.address)] : []),
      ...unconfirmed(one, kept),
    ]),
  ];
  const open = risks.filter((risk) => !(risk.acceptable && isAccepted(risk, terms.accepted)));
  const rank = ({ risk, acceptable }: TeardownRisk) => (acceptable ? RISKS.length : 0) + RISKS.indexOf(risk);
  return open.sort((one, other) => rank(one) - rank(other));
}

function isAccepted({ risk, address }: TeardownRisk, accepted: readonly AcceptedRisk[]): boolean {
  return accepted.some(
    (one) => one.risk === risk && (one.address === address || one.address === withoutIndices(address)),
  );
}

function ceiling(resources: number, { maxDeletions }: TeardownTerms): TeardownRisk[] {
  if (resources <= maxDeletions) return [];
  const why = `the plan leads to ${resources} resources, and a teardown refuses to delete more than ${maxDeletions}`;
  const fix = 'raise terraform.maxDeletions in runbook.config.ts';
  return [{ address: 'the whole plan', risk: 'ceiling', why, fix, acceptable: false }];
}

const wantedTags = (own: OwnTags) => Object.entries(own).map(([key, value]) => `${key}=${value}`);

function tagRisks(one: PlannedChange, all: readonly PlannedChange[], own: OwnTags): TeardownRisk[] {
  const wrong = wrongTags(one, all, own);
  if (wrong.length === 0) return [];
  const isVpc = one.type === 'aws_vpc';
  const consequence = isVpc
    ? 'a teardown refuses to destroy what is in it'
    : 'when Terraform loses it, nothing proves whose it is';
  return [
    {
      ...{ address: one.address, risk: 'tags', acceptable: !isVpc },
      why: `has the tags ${tagsText(wrong)}, and needs ${tagsText(wantedTags(own))}: ${consequence}`,
      fix: 'set default_tags of the provider from var.project and var.environment',
    },
  ];
}

/**
 * Lists VPCs that data sources have read and that have the environment's tags. A teardown removes whatever has the
 * environment's tags and is in no state.
 */
function sharedVpcs({ foundVpcs, resource_changes }: PlanFile, own: OwnTags): TeardownRisk[] {
  const managed = new Set(
    resource_changes.flatMap(({ type, change }) => (type === 'aws_vpc' ? [change.before?.id, change.after?.id] : [])),
  );
  return foundVpcs
    .filter(({ id, tags }) => !managed.has(id) && Object.entries(own).every(([key, value]) => tags?.[key] === value))
    .map(({ id }) => ({
      ...{ address: id, risk: 'tags', acceptable: false },
      why: `is a VPC that this root reads and does not make, and has the tags ${tagsText(wantedTags(own))}: a teardown removes it with what is in it`,
      fix: 'give the VPC another value of one of these tags',
    }));
}

/**
 * A root adopts resources of these types from the account, not from a VPC of its own, and gives them the environment's
 * tags.
 */
const ADOPTED = /^aws_default_(vpc|subnet|vpc_dhcp_options)$/;
const ADOPTS = (address: string): TeardownRisk => ({
  ...{ address, risk: 'tags', acceptable: false },
  why: 'gives the environment’s tags to what the account has for everybody: a teardown would remove it',
  fix: 'read it with a data source',
});

/**
 * Resources of these kinds have no tags for a while, or at all. When Terraform loses one, only its name shows which
 * environment owns it.
 */
const NAMED: Readonly<Record<string, string>> = {
  aws_cloudwatch_dashboard: 'dashboard_name',
  aws_cloudwatch_log_group: 'name',
  aws_s3_bucket: 'bucket',
};

function nameRisks({ address, type, change: { after } }: PlannedChange, { owns }: TeardownTerms): TeardownRisk[] {
  const name = after?.[NAMED[type] ?? ''];
  if (typeof name !== 'string' || owns(name)) return [];
  const why = `is called ${name}, which is not built from the prefix: without tags, nothing proves whose it is`;
  return [{ address, risk: 'name', why, fix: 'begin its name with var.prefix', acceptable: true }];
}

const FORGOTTEN = (address: string): TeardownRisk => ({
  ...{ address, risk: 'kept', acceptable: true },
  why: 'is taken out of the state by a removed block: it stays, and no teardown takes it away',
  fix: 'let the removed block destroy it',
});

const PREVENTED = (address: string): TeardownRisk => ({
  ...{ address, risk: 'prevent-destroy', acceptable: true },
  why: 'Terraform refuses to plan a destroy, because its lifecycle block says prevent_destroy',
  fix: 'remove prevent_destroy',
});

function unconfirmed(one: PlannedChange, kept: readonly PlannedChange[]): TeardownRisk[] {
  const why = whyUnconfirmed(one, kept);
  if (!why) return [];
  const fix = 'leave it out, or look for it by hand after each teardown, and declare it in sweep.exclusions';
  return [{ address: one.address, risk: 'unconfirmed-type', why, fix, acceptable: true }];
}

/** Returns one line for each risk and reason, with the addresses that share it. */
export function describeRisks(risks: readonly TeardownRisk[], listed: number): string[] {
  const lines = [...Map.groupBy(risks, ({ risk, why, fix }) => `${risk}: ${why}; to mend it, ${fix}`)];
  const named = lines.map(([what, same]) => `${addresses(same)} ${what}`);
  return [...named.slice(0, listed), ...(named.length > listed ? [`and ${named.length - listed} more`] : [])];
}

const NAMED_AT_MOST = 5;

function addresses(risks: readonly TeardownRisk[]): string {
  const some = risks.slice(0, NAMED_AT_MOST).map(({ address }) => address);
  return `${some.join(', ')}${risks.length > NAMED_AT_MOST ? ` and ${risks.length - NAMED_AT_MOST} more` : ''}:`;
}
