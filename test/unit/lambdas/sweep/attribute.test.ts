import { describe, expect, test } from 'vitest';
import { type Attribution, attribute, type Evidence, type Owner } from '../../../../lambdas/sweep/attribute.ts';
import type { Neighbour } from '../../../../lambdas/sweep/name-claims.ts';

const OWN = { project: 'shop', environment: 'life' };
const THEIRS = { project: 'shop', environment: 'life-2' };
const living: Neighbour = { environment: 'life-2', prefix: 'shop-life-2', living: true };
const gone: Neighbour = { ...living, living: false };

function whose(evidence: Partial<Evidence>, claimant?: Neighbour, owner: Partial<Owner> = {}): Attribution {
  return attribute(
    { source: 'name', type: 'queue', names: ['shop-life-2-x'], tags: {}, ...evidence },
    {
      environment: 'life',
      project: 'shop',
      isExact: () => false,
      owns: (name) => name.startsWith('shop-life'),
      claims: { claimant: () => claimant, isAmbiguous: () => false },
      ...owner,
    },
  );
}

/** The tags are those of an environment of this name whose deployment is in another region of the same account. */
const ELSEWHERE = { ...OWN, owner: 'arn:aws:states:us-east-1:123456789012:execution:runbook-provision:1' };
const HERE = { ...OWN, owner: 'arn:aws:states:eu-west-1:123456789012:execution:runbook-provision:1' };
const home = { region: 'eu-west-1' };

const EARLIER = '2026-01-31T12:00:00Z';
const LATER = '2026-01-31T14:00:00Z';
const proofs = ['tags', 'inventory', 'vpc', 'name'];
const inWords = (one: Attribution) => (one.whose === 'ours' ? one.proof : one.whose);
const exact = { isExact: () => true };
/** The service says that the resource was created after the inventory had listed one of its name. */
const remade = { source: 'inventory' as const, remade: { createdAt: LATER, listedAt: EARLIER } };
const TEAM_B = { team: 'b' };
const elsewhereNamed = { names: ['payments'] };
const ambiguous = { claims: { claimant: () => undefined, isAmbiguous: () => true } };

describe('a resource is', () => {
  test.each<[string, string, Attribution]>([
    ['both tags', 'tags', whose({ tags: OWN })],
    ['both tags, with a name that a neighbour claims', 'tags', whose({ tags: OWN }, living)],
    ['the tagging API, tags not readable here', 'tags', whose({ source: 'tag', tags: undefined })],
    ['the tagging API, and its own tags', 'tags', whose({ source: 'tag', tags: OWN })],
    ['the tagging API, in the environment’s VPC', 'vpc', whose({ source: 'tag', inVpc: 'own' })],
    ['the inventory, untagged', 'inventory', whose({ source: 'inventory' })],
    ['the inventory, tags not readable here', 'inventory', whose({ source: 'inventory', tags: undefined })],
    ['the environment’s VPC around it', 'vpc', whose({ inVpc: 'own' })],
    ['an exact name', 'name', whose({}, undefined, exact)],
    ['an exact name, and tags of somebody', 'name', whose({ tags: { team: 'x' } }, undefined, exact)],

    ['its tags in no region, of this deployment', 'tags', whose({ tags: HERE, ofNoRegion: true }, undefined, home)],
    ['its tags in no region, without an owner', 'tags', whose({ tags: OWN, ofNoRegion: true }, undefined, home)],
    ['its tags in this region, whatever owner they name', 'tags', whose({ tags: ELSEWHERE }, undefined, home)],
    [
      'its tags and another owner, in the state',
      'tags',
      whose({ tags: ELSEWHERE, ofNoRegion: true, source: 'inventory' }, undefined, home),
    ],
    [
      'its tags in no region, of another deployment',
      'theirs',
      whose({ tags: ELSEWHERE, ofNoRegion: true }, undefined, home),
    ],
    [
      'its tags in no region, of another deployment, by the tagging API',
      'theirs',
      whose({ tags: ELSEWHERE, ofNoRegion: true, source: 'tag' }, undefined, home),
    ],
    ['the inventory, made anew with both tags', 'tags', whose({ ...remade, tags: OWN })],
    ['the inventory, made anew by a stranger', 'theirs', whose({ ...remade, ...elsewhereNamed, tags: TEAM_B })],
    ['the inventory, made anew without tags', 'theirs', whose({ ...remade, ...elsewhereNamed })],
    ['the inventory, made anew by another environment', 'theirs', whose({ ...remade, tags: THEIRS })],
    [
      'the inventory, made anew, records not readable',
      'theirs',
      whose({ ...remade, ...elsewhereNamed }, undefined, { claims: undefined }),
    ],
    ['the inventory, made anew, and a living neighbour’s name', 'theirs', whose({ ...remade }, living)],
    ['the inventory, made anew under a name of its own', 'unproven', whose({ ...remade, tags: TEAM_B })],
    [
      'the inventory, a log group made anew under an exact name',
      'name',
      whose({ ...remade, type: 'log-group' }, undefined, exact),
    ],
    [
      'the inventory, such a log group with tags of somebody',
      'unproven',
      whose({ ...remade, type: 'log-group', tags: TEAM_B }, undefined, exact),
    ],
    [
      'the inventory, a log group that anything may have made anew',
      'unknown',
      whose({ ...remade, ...elsewhereNamed, type: 'log-group' }),
    ],
    [
      'the inventory, made anew or changed',
      'unknown',
      whose({ ...remade, ...elsewhereNamed, remade: { ...remade.remade, orChanged: true }, tags: TEAM_B }),
    ],
    [
      'the inventory, made anew or changed, and tagged for another',
      'unknown',
      whose({ ...remade, remade: { ...remade.remade, orChanged: true }, tags: THEIRS }),
    ],
    [
      'the inventory without tags, made anew without tags',
      'unknown',
      whose({ ...remade, ...elsewhereNamed, remade: { ...remade.remade, untagged: true } }),
    ],
    ['the inventory, with tags then and none now', 'unproven', whose({ source: 'inventory', lostTags: true })],
    ['the inventory, never tagged', 'unproven', whose({ source: 'inventory', neverTagged: true, names: ['alerts'] })],
    ['the inventory, never tagged, by its own name', 'inventory', whose({ source: 'inventory', neverTagged: true })],
    [
      'the inventory, of a kind that has no tags',
      'inventory',
      whose({ source: 'inventory', neverTagged: true, names: ['alerts'], tags: undefined }),
    ],
    [
      'the inventory, never tagged, with tags now',
      'tags',
      whose({ source: 'inventory', neverTagged: true, names: ['alerts'], tags: OWN }),
    ],
    [
      'the inventory, with tags then, not readable now',
      'inventory',
      whose({ source: 'inventory', lostTags: true, tags: undefined }),
    ],
    ['another environment’s tags', 'theirs', whose({ tags: THEIRS })],
    ['another environment’s tags on an exact name', 'theirs', whose({ tags: THEIRS }, undefined, exact)],
    ['another project’s tag alone', 'theirs', whose({ tags: { project: 'bank' } }, undefined, exact)],
    ['another project’s tags, of an equally named environment', 'theirs', whose({ tags: { ...OWN, project: 'bank' } })],
    ['another environment’s tags in the environment’s VPC', 'theirs', whose({ tags: THEIRS, inVpc: 'own' })],
    ['a name that a living neighbour claims', 'theirs', whose({}, living)],
    ['an exact name that a living neighbour claims', 'theirs', whose({}, living, exact)],
    ['a name that a living neighbour claims, tags not readable', 'theirs', whose({ tags: undefined }, living)],
    ['inventory, and its next owner has it on record', 'theirs', whose({ source: 'inventory', tags: THEIRS }, living)],

    ['the tagging API, and retagged for another', 'theirs', whose({ source: 'tag', tags: THEIRS })],
    ['the tagging API, and without tags now', 'unknown', whose({ source: 'tag', names: ['payments'] })],
    [
      'such a thing, and half of the tags',
      'unknown',
      whose({ source: 'tag', names: ['x'], tags: { project: 'shop' } }),
    ],
    ['the tagging API, without tags, and a living neighbour’s name', 'theirs', whose({ source: 'tag' }, living)],
    ['the tagging API, without tags, and a name of its own', 'unproven', whose({ source: 'tag' })],
    ['the inventory, and retagged by somebody', 'unknown', whose({ source: 'inventory', tags: THEIRS })],
    ['a name of an environment that is gone', 'unknown', whose({}, gone, exact)],
    ['an exact name, records not readable', 'unknown', whose({}, undefined, { ...exact, claims: undefined })],
    ['a name that others may have', 'unknown', whose({}, undefined, ambiguous)],
    ['no name, in a VPC of nobody', 'unknown', whose({ names: [], inVpc: 'unproven' })],
    ['a name of its own, in a VPC of nobody', 'unknown', whose({ names: ['sg-1', 'company'], inVpc: 'unproven' })],
    ['a name that nobody else can have, in a VPC of nobody', 'unproven', whose({ inVpc: 'unproven' })],

    ['a name that nobody else can have', 'unproven', whose({})],
    ['such a name, and half of the tags', 'unproven', whose({ tags: { environment: 'life' } }, undefined, exact)],
    ['an exact name, tags not readable here', 'unproven', whose({ tags: undefined }, undefined, exact)],
  ])('%s: %s', (_, expected, attribution) => {
    expect(inWords(attribution)).toBe(expected);
  });
});

test('nothing that carries another’s tag is ever proven by anything else', () => {
  for (const source of ['name', 'tag', 'inventory', 'lister'] as const) {
    for (const inVpc of ['own', 'unproven', undefined] as const) {
      for (const claimant of [undefined, living, gone]) {
        for (const owner of [{}, exact, ambiguous, { claims: undefined }]) {
          for (const tags of [THEIRS, { project: 'bank' }, { environment: 'life-2' }]) {
            const evidence = { source, tags, ...(inVpc ? { inVpc } : {}) };
            expect(proofs).not.toContain(inWords(whose(evidence, claimant, owner)));
          }
        }
      }
    }
  }
});

test('what was made anew is never proven by the inventory', () => {
  for (const tags of [{}, TEAM_B, { environment: 'life' }, undefined]) {
    for (const names of [['payments'], ['shop-life-x']]) {
      for (const orChanged of [true, undefined]) {
        const evidence = { ...remade, names, tags, remade: { ...remade.remade, ...(orChanged ? { orChanged } : {}) } };
        const attribution = whose(evidence);
        expect(inWords(attribution)).not.toBe('inventory');
        expect(attribution).toMatchObject({ because: expect.stringContaining(`created at ${LATER}`) });
      }
    }
  }
});
