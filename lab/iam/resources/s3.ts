import type { AwsRequest } from '../../service.ts';
import type { Access } from '../access.ts';

interface Subresource {
  read?: string;
  write?: string;
  remove?: string;
}

/**
 * The map has the subresources of a bucket, and the actions that read and write them in policies; mostly, removing them
 * is writing.
 */
const SUBRESOURCES: Record<string, Subresource> = {
  accelerate: { read: 'GetAccelerateConfiguration', write: 'PutAccelerateConfiguration' },
  acl: { read: 'GetBucketAcl', write: 'PutBucketAcl' },
  cors: { read: 'GetBucketCORS', write: 'PutBucketCORS' },
  encryption: { read: 'GetEncryptionConfiguration', write: 'PutEncryptionConfiguration' },
  lifecycle: { read: 'GetLifecycleConfiguration', write: 'PutLifecycleConfiguration' },
  location: { read: 'GetBucketLocation' },
  logging: { read: 'GetBucketLogging', write: 'PutBucketLogging' },
  notification: { read: 'GetBucketNotification', write: 'PutBucketNotification' },
  'object-lock': { read: 'GetBucketObjectLockConfiguration', write: 'PutBucketObjectLockConfiguration' },
  ownershipControls: { read: 'GetBucketOwnershipControls', write: 'PutBucketOwnershipControls' },
  policy: { read: 'GetBucketPolicy', write: 'PutBucketPolicy', remove: 'DeleteBucketPolicy' },
  policyStatus: { read: 'GetBucketPolicyStatus' },
  publicAccessBlock: { read: 'GetBucketPublicAccessBlock', write: 'PutBucketPublicAccessBlock' },
  replication: { read: 'GetReplicationConfiguration', write: 'PutReplicationConfiguration' },
  requestPayment: { read: 'GetBucketRequestPayment', write: 'PutBucketRequestPayment' },
  tagging: { read: 'GetBucketTagging', write: 'PutBucketTagging' },
  uploads: { read: 'ListBucketMultipartUploads' },
  versioning: { read: 'GetBucketVersioning', write: 'PutBucketVersioning' },
  versions: { read: 'ListBucketVersions' },
  website: { read: 'GetBucketWebsite', write: 'PutBucketWebsite', remove: 'DeleteBucketWebsite' },
};

/** Paths are in the path style, which the lab's clients use. */
export function s3Access(request: AwsRequest): Access[] | undefined {
  const [bucket, ...rest] = decodeURIComponent(request.url.pathname).replace(/^\/+/, '').split('/');
  if (!bucket) return request.method === 'GET' ? [{ action: 's3:ListAllMyBuckets', resources: ['*'] }] : undefined;
  const key = rest.join('/');
  const bucketArn = `arn:aws:s3:::${bucket}`;
  return key ? objectAccess(request, bucketArn, key) : bucketAccess(request, bucketArn);
}

/** @returns the bucket's ARN when the path is that of an object */
export function bucketOfObject(url: URL): string | undefined {
  const [bucket, ...key] = decodeURIComponent(url.pathname).replace(/^\/+/, '').split('/');
  return key.join('/') ? `arn:aws:s3:::${bucket}` : undefined;
}

function bucketAccess({ method, url, body }: AwsRequest, bucketArn: string): Access[] | undefined {
  const query = url.searchParams;
  if (method === 'POST' && query.has('delete')) {
    // The permission depends on whether a version is named. Each object has its own answer; all of them are checked at
    // once.
    const objects = [...body.toString().matchAll(/<Object>(.*?)<\/Object>/gs)].map(([, xml = '']) => ({
      resource: `${bucketArn}/${unescapeXml(/<Key>(.*?)<\/Key>/s.exec(xml)?.[1] ?? '')}`,
      action: xml.includes('<VersionId>') ? 's3:DeleteObjectVersion' : 's3:DeleteObject',
    }));
    return [...Map.groupBy(objects, ({ action }) => action)].map(([action, same]) => ({
      action,
      resources: same.map(({ resource }) => resource),
    }));
  }
  const subresource = [...query.keys()].map((name) => SUBRESOURCES[name]).find(Boolean);
  const action = subresource ? ofSubresource(method, subresource) : wholeBucket(method);
  if (!action) return undefined;
  const prefix = query.get('prefix');
  return [
    {
      action: `s3:${action}`,
      resources: [bucketArn],
      ...(prefix === null ? {} : { context: { 's3:prefix': prefix } }),
    },
  ];
}

function ofSubresource(method: string, { read, write, remove }: Subresource): string | undefined {
  if (method === 'GET' || method === 'HEAD') return read;
  return method === 'DELETE' ? (remove ?? write) : write;
}

function wholeBucket(method: string): string | undefined {
  return { GET: 'ListBucket', HEAD: 'ListBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' }[method];
}

function objectAccess({ method, url, headers }: AwsRequest, bucketArn: string, key: string): Access[] | undefined {
  const resources = [`${bucketArn}/${key}`];
  const version = url.searchParams.has('versionId') ? 'Version' : '';
  const of = (action: string): Access => ({ action: `s3:${action}`, resources });
  if (url.searchParams.has('tagging'))
    return [of(method === 'GET' ? `GetObject${version}Tagging` : 'PutObjectTagging')];
  switch (method) {
    case 'GET':
    case 'HEAD':
      return [of(`GetObject${version}`)];
    case 'DELETE':
      return [of(url.searchParams.has('uploadId') ? 'AbortMultipartUpload' : `DeleteObject${version}`)];
    case 'POST':
      return [of('PutObject')];
    case 'PUT': {
      const source = headers['x-amz-copy-source'];
      const from = source && `arn:aws:s3:::${decodeURIComponent(source).replace(/^\//, '').replace(/\?.*$/, '')}`;
      return [of('PutObject'), ...(from ? [{ action: 's3:GetObject', resources: [from] }] : [])];
    }
    default:
      return undefined;
  }
}

function unescapeXml(xml: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return xml.replace(/&(\w+);/g, (all, name: string) => entities[name] ?? all);
}
