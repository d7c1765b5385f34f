import { resourceTags } from '../ec2-tags.ts';
import type { TagReader, TagReaders } from '../tags.ts';

const read: TagReader = ({ id }) => resourceTags(id);

/** One call reads the tags of every kind. */
export const tags: TagReaders = Object.fromEntries(
  [
    ...['vpc', 'subnet', 'security-group', 'internet-gateway', 'route-table', 'nat-gateway', 'elastic-ip'],
    ...['network-interface', 'vpc-endpoint', 'instance', 'volume', 'snapshot'],
  ].map((type) => [type, read]),
);
