import type { Finding } from '../contracts/contracts.ts';
import type { Tags } from '../removal/unmanaged-rules.ts';
import type { Claims, Neighbour } from './name-claims.ts';

/** Describes what is known about a resource that exists and may belong to the environment. */
export interface Evidence {
  source: Finding['source'];
  type: string;
  /** The list has every name of the resource. */
  names: readonly string[];
  /** The tags are undefined where nobody here can read them. */
  tags: Tags | undefined;
  /** The resource is in no region, so that deployments in other regions find it too. */
  ofNoRegion?: boolean;
  /**
   * The value is `own` in a VPC that is proven to be the environment's, `unproven` in any other VPC, and absent outside
   * of VPCs.
   */
  inVpc?: 'own' | 'unproven';
  /** The resource was created after the inventory had listed another one of its name. */
  remade?: Remade;
  /** The inventory listed the name with the environment's tags, and its service does not say when the resource was created. */
  lostTags?: boolean;
  /** The inventory listed the name without the environment's tags, and its service does not say when it was created. */
  neverTagged?: boolean;
}

export interface Remade {
  createdAt: string;
  listedAt: string;
  /** The service's time of creation also moves with a change of the resource. */
  orChanged?: true;
  /** The inventory listed it without the environment's tags. A provision that was stopped would create it so again. */
  untagged?: true;
}

export interface Owner {
  environment: string;
  project: string;
  /** The deployment is in this region. */
  region?: string;
  /** Returns whether a name is built from the environment's prefix. */
  owns(name: string): boolean;
  /** Returns whether a name is exact, see `exactNames`. */
  isExact(type: string, names: readonly string[]): boolean;
  /** The claims are undefined when the records could not be read. No name proves anything then. */
  claims: Claims | undefined;
}

export type Attribution =
  | { whose: 'ours'; proof: NonNullable<Finding['proof']> }
  | { whose: 'theirs'; because: string }
  /** Nobody else can have such a name, and only the name points to this environment. */
  | { whose: 'unproven'; because: string }
  | { whose: 'unknown'; because: string };

export const isTagged = (tags: Tags | undefined, { environment, project }: Pick<Owner, 'environment' | 'project'>) =>
  tags?.environment === environment && tags.project === project;

/** Lists the tags that name another environment or project. The function returns undefined when none does. */
export function foreignTags(
  tags: Tags | undefined,
  { environment, project }: Pick<Owner, 'environment' | 'project'>,
): string | undefined {
  const foreign = Object.entries({ environment, project }).filter(([key, own]) => (tags?.[key] ?? own) !== own);
  return foreign.length === 0 ? undefined : foreign.map(([key]) => `${key}=${tags?.[key]}`).join(', ');
}

/**
 * Returns the region of the deployment whose execution the tag `owner` names, if that is not this deployment's region.
 */
export function otherDeployment(tags: Tags | undefined, own: string | undefined): string | undefined {
  const region = /^arn:[\w-]+:states:([\w-]+):\d{12}:execution:/.exec(tags?.owner ?? '')?.[1];
  return own !== undefined && region !== own ? region : undefined;
}

/**
 * Says to whom a resource belongs. A name alone proves nothing, unless it is an exact name of this run that nobody else
 * can claim.
 */
export function attribute(evidence: Evidence, owner: Owner): Attribution {
  const { names, tags, inVpc, remade } = evidence;
  const source = remade && !remade.orChanged ? 'name' : evidence.source;
  const claimant = owner.claims?.claimant(names);
  const foreign = foreignTags(tags, owner);
  if (foreign !== undefined) {
    const agreed = source !== 'inventory' || (claimant !== undefined && claimant.environment === tags?.environment);
    return agreed
      ? { whose: 'theirs', because: `it is tagged ${foreign}` }
      : { whose: 'unknown', because: `the inventory lists it, and it is tagged ${foreign} now` };
  }
  // Two deployments of an account may each have an environment of the same name.
  const other = evidence.ofNoRegion && (source === 'tag' || source === 'name') && otherDeployment(tags, owner.region);
  if (other) return { whose: 'theirs', because: `an execution in ${other} owns it, of another deployment` };
  // The tagging API also lists tags that are gone. It is a proof only where nobody here can read the tags themselves.
  if (isTagged(tags, owner) || (source === 'tag' && tags === undefined)) return { whose: 'ours', proof: 'tags' };
  if (remade) return ofRemade(evidence, remade, owner, claimant);
  if (source === 'inventory') return withoutItsTags(evidence, owner) ?? { whose: 'ours', proof: 'inventory' };
  if (source === 'event') return { whose: 'ours', proof: 'event' };
  if (inVpc === 'own') return { whose: 'ours', proof: 'vpc' };
  if (source === 'tag' && !names.some(owner.owns)) {
    return unknown('the tagging API lists it with the environment’s tags, and it does not have them now');
  }
  return byName(evidence, owner, claimant);
}

/** Returns undefined unless somebody has removed the tags, or has created another resource of the same name. */
function withoutItsTags({ type, names, lostTags, neverTagged, tags }: Evidence, owner: Owner): Attribution | undefined {
  if (tags === undefined) return undefined;
  // Nobody else gives a resource a name of the environment.
  if (neverTagged && !names.some(owner.owns) && !owner.isExact(type, names)) {
    const because = 'the inventory lists it without the environment’s tags, and its name is not the environment’s';
    return { whose: 'unproven', because: `${because}: another one may have been created under its name` };
  }
  if (!lostTags) return undefined;
  const because = 'the inventory lists it with the environment’s tags, and it does not have them now';
  return { whose: 'unproven', because: `${because}: another one may have been created under its name` };
}

/**
 * Says to whom a resource belongs that was created under the name of one that the inventory lists. The earlier one is
 * gone. A task or a function that is still stopping creates its log group again, without tags; everything else is
 * created by somebody who asks for it.
 */
function ofRemade(
  evidence: Evidence,
  { createdAt, listedAt, orChanged, untagged }: Remade,
  owner: Owner,
  claimant: Neighbour | undefined,
): Attribution {
  const { type, names, tags } = evidence;
  const when = `it was created at ${createdAt}${orChanged ? ', or changed then' : ''}, and the inventory listed one of its name at ${listedAt}`;
  const isBare = tags !== undefined && Object.keys(tags).length === 0;
  const isExact = owner.isExact(type, names);
  if (isExact || names.some(owner.owns)) {
    const named = byName(evidence, { ...owner, isExact: () => isExact && isBare }, claimant);
    return named.whose === 'ours' ? named : { ...named, because: `${named.because}; ${when}` };
  }
  const isUncertain = orChanged || untagged || (type === 'log-group' && isBare);
  return isUncertain ? unknown(when) : { whose: 'theirs', because: when };
}

function byName(
  { type, names, tags, inVpc }: Evidence,
  { claims, isExact, owns }: Owner,
  claimant: Neighbour | undefined,
): Attribution {
  if (claimant?.living) {
    return { whose: 'theirs', because: `its name is one of environment ${claimant.environment}, which exists` };
  }
  if (!claims) return unknown('the records of other environments could not be read');
  if (claimant) return unknown(`its name may be one of environment ${claimant.environment}, which is gone`);
  if (tags && !('environment' in tags) && !('project' in tags) && isExact(type, names)) {
    return { whose: 'ours', proof: 'name' };
  }
  if (inVpc === 'unproven' && !names.some(owns)) return unknown('nothing proves that its VPC is the environment’s');
  if (claims.isAmbiguous(names)) return unknown('an environment of another name may have such a name');
  return { whose: 'unproven', because: 'only its name says that it is the environment’s' };
}

const unknown = (because: string): Attribution => ({ whose: 'unknown', because });
