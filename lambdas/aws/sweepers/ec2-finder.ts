import { EC2Client, type Filter, type Tag } from '@aws-sdk/client-ec2';
import { patientConfig } from '../client-config.ts';
import { pages } from '../pages.ts';
import { tagsOf, textOf } from '../responses.ts';

export const ec2 = new EC2Client(patientConfig);

/** Returns the names and tags of a resource. Some of EC2's descriptions omit the tags of an untagged resource. */
export const marks = (list: Tag[] | undefined, ...own: (string | undefined)[]): Pick<Seen, 'names' | 'tags'> => {
  const tags = list === undefined ? {} : tagsOf(list, {});
  return { names: [...own, tags.Name].filter((name) => name !== undefined), tags };
};

export interface Seen {
  id: string;
  state?: string | undefined;
  /** The names are the resource's own name and the value of its tag `Name`. */
  names: string[];
  tags: Record<string, string>;
  vpc?: string | undefined;
  /** A resource between two VPCs has this second one. */
  otherVpc?: string | undefined;
  /** The value is true for a resource that is created and deleted together with its VPC. */
  ofVpc?: boolean;
}

/** A kind describes how to find one kind of EC2 resource. The beginning of an id shows its kind. */
export interface Kind {
  type: string;
  idPrefix: string;
  /** The filter with this name takes ids. */
  idFilter: string;
  /** The member is absent for a kind that is in no VPC. */
  vpcFilters?: readonly string[];
  /** The filter with this name takes a name with wildcards. It supplements the tag `Name`. */
  nameFilter?: string;
  /** A resource in one of these states no longer exists, although EC2 lists it for a while. */
  gone: readonly string[];
  find(filters: Filter[]): AsyncIterable<Seen[]>;
}

/**
 * EC2 omits the resources that AWS services manage, such as the instances of a capacity provider, from its lists where
 * the account hides them:
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 */
export const MANAGED = { IncludeManagedResources: true } as const;

type Described = { id: string | undefined } & Omit<Seen, 'id'>;

export const seen = ({ id, ...rest }: Described): Seen => ({ id: textOf(id, 'the id of an EC2 resource'), ...rest });

/**
 * @param items returns the list of a page
 * @param describe returns the relevant facts of one item
 */
export function finder<P extends { NextToken?: string | undefined }, T>(
  send: (filters: Filter[], page: { MaxResults: 100; NextToken: string | undefined }) => Promise<P>,
  items: (page: P) => readonly T[] | undefined,
  describe: (item: T) => Described,
): Kind['find'] {
  return async function* find(filters) {
    const all = pages(
      // Without a limit, EC2 returns everything in one response, and fails when that is too much. Route tables have the
      // lowest limit.
      (NextToken) => send(filters, { MaxResults: 100, NextToken }),
      items,
      (page) => page.NextToken,
    );
    for await (const page of all) yield page.map((item) => seen(describe(item)));
  };
}

/** Separates the ids from the filters, for a call that takes ids in a parameter. */
export function apart(filters: Filter[], idFilter: string): { Filters: Filter[]; ids: string[] | undefined } {
  return {
    Filters: filters.filter(({ Name }) => Name !== idFilter),
    ids: filters.find(({ Name }) => Name === idFilter)?.Values,
  };
}
