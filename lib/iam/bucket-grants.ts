import { Aws } from 'aws-cdk-lib';
import { BOARD_PAGE, LEDGER } from '../../lambdas/contracts/board.ts';
import type { HandlerName } from '../../lambdas/contracts/environment-variables.ts';
import type { FunctionScope } from './function-grants.ts';
import { nameGlob } from './patterns.ts';
import type { Grant } from './role.ts';

type Bucket = 'control' | 'bundle' | 'state' | 'named' | RunFiles | Keys;
/** Files below the folder of an environment in the control bucket. */
interface RunFiles {
  files: readonly string[];
}

/** Objects of the control bucket. */
interface Keys {
  keys: readonly string[];
}

/** The archives that builds run. `claim` alone writes them, and no pattern of another function matches one. */
export const ARCHIVES = 'runs/*/bundle*.zip';

/** What the page of a run is made from. */
const RUN_PAGE_READS = ['*/stack.tfplan.json', 'validations/*/report.json', 'certificate.json', 'messages/*.json'];

/** Which bucket each function means by each of its actions. */
const BUCKETS: Partial<Record<HandlerName, Record<string, readonly Bucket[]>>> = {
  preflight: { 's3:ListBucket': ['state'] },
  claim: {
    's3:GetObject': ['bundle', 'control'],
    's3:ListBucket': ['control'],
    's3:PutObject': [{ files: [ARCHIVES, 'runs/*/inputs.tfvars.json'] }],
  },
  'review-plan': { 's3:GetObject': ['control'] },
  outputs: { 's3:GetObject': ['control', 'state'], 's3:ListBucket': ['control', 'state'] },
  'check-backend': {
    's3:GetBucketVersioning': ['state'],
    's3:GetEncryptionConfiguration': ['state'],
    's3:GetBucketPublicAccessBlock': ['state'],
    's3:ListBucket': ['state'],
    's3:GetObject': ['state'],
  },
  evidence: { 's3:PutObject': [{ files: ['runs/*/validations/*'] }] },
  inventory: {
    's3:GetBucketTagging': ['state'],
    's3:GetObject': ['state', 'control'],
    's3:ListBucket': ['state', 'control'],
    's3:PutObject': [{ files: ['runs/*/inventory.json'] }],
  },
  'empty-bucket': {
    's3:GetBucketTagging': ['state'],
    's3:ListBucket': ['state'],
    's3:ListBucketVersions': ['state'],
    's3:DeleteObjectVersion': ['state'],
  },
  'remove-unmanaged': {
    's3:GetObject': ['state', 'control'],
    's3:ListBucket': ['named', 'control'],
    's3:PutObject': [{ files: ['runs/*/unmanaged.json'] }],
    // S3 deletes none that has anything in it.
    's3:GetBucketTagging': ['named'],
    's3:DeleteBucket': ['named'],
    's3:ListAllMyBuckets': [],
  },
  'sweep-services': {
    's3:GetObject': ['control'],
    's3:PutObject': [{ files: ['runs/*/sweeps/*'] }],
    's3:ListBucket': ['control', 'named'],
    's3:GetBucketTagging': ['named'],
    's3:ListAllMyBuckets': [],
  },
  orphans: {
    's3:GetObject': ['state', 'control'],
    's3:PutObject': [{ files: ['runs/*/orphans.json'] }],
    's3:ListBucket': ['control', 'named'],
    's3:GetBucketTagging': ['named'],
    's3:ListAllMyBuckets': [],
  },
  'find-expired': { 's3:GetBucketTagging': ['state'], 's3:PutObject': [{ files: ['unreadable-records/*'] }] },
  'execution-changed': { 's3:GetObject': ['control'], 's3:PutObject': [{ files: ['runs/*/messages/*'] }] },
  board: {
    's3:GetObject': [
      { keys: [BOARD_PAGE, LEDGER] },
      { files: RUN_PAGE_READS.map((file) => `runs/*/${file}`) },
      { files: ['runs/*/index.html'] },
    ],
    's3:ListBucket': ['control'],
    's3:PutObject': [{ keys: [BOARD_PAGE, LEDGER] }, { files: ['runs/*/index.html'] }],
  },
  verdict: {
    's3:GetObject': ['control'],
    's3:ListBucket': ['control'],
    's3:PutObject': [{ files: ['runs/*/certificate.json', 'runs/*/certificate.html'] }],
  },
};

const OBJECT_ACTIONS = new Set(['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion']);

/** @throws {Error} naming an action for which this file knows no bucket */
export function bucketGrants(handler: HandlerName, actions: readonly string[], scope: FunctionScope): Grant[] {
  return actions
    .filter((action) => action.startsWith('s3:'))
    .map((action) => {
      const buckets = BUCKETS[handler]?.[action];
      if (!buckets) throw new Error(`lib/iam/bucket-grants.ts knows no bucket for ${action}, which ${handler} needs`);
      const resources = buckets.flatMap((bucket) => resourcesOf(bucket, OBJECT_ACTIONS.has(action), scope));
      return {
        actions: [action],
        resources: resources.length > 0 ? resources : ['*'],
        wildcardReason:
          'Objects of environments and runs, and the state buckets of environments, are known by their pattern.',
      };
    });
}

function resourcesOf(bucket: Bucket, objects: boolean, scope: FunctionScope): string[] {
  if (typeof bucket === 'object' && 'keys' in bucket) return bucket.keys.map((key) => scope.bucket.arnForObjects(key));
  if (typeof bucket === 'object') {
    return bucket.files.map((file) => scope.bucket.arnForObjects(`environments/*/${file}`));
  }
  const state = `arn:${Aws.PARTITION}:s3:::${nameGlob(scope.namePattern)}-tfstate-${Aws.ACCOUNT_ID}`;
  if (bucket === 'named') return [`arn:${Aws.PARTITION}:s3:::${nameGlob(scope.namePattern)}-*`];
  if (bucket === 'state') return [objects ? `${state}/*` : state];
  if (bucket === 'bundle') return [scope.bundle.bucket.arnForObjects(scope.bundle.key)];
  return [objects ? scope.bucket.arnForObjects('environments/*') : scope.bucket.bucketArn];
}
