import { EC2Client, type Filter, type Tag } from '@aws-sdk/client-ec2';
import { patientConfig } from '../client-config.ts';
import { pages } from '../pages.ts';
import { tagsOf, textOf } from '../responses.ts';

export const ec2 = new EC2Client(patientConfig);

/** EC2 leaves the tags of an untagged resource out of some of its descriptions. */
export const marks = (list: Tag[] | undefined, ...own: (string | undefined)[]): Pick<Seen, 'names' | 'tags'> => {
  const tags = list === undefined ? {} : tagsOf(list, {});
  return { names: [...own, tags.Name].filter((name) => name !== undefined), tags };
};

export interface Seen {
  id: string;
  state?: string | undefined;
  /** Its own name, or what its tag `Name` says. */
  names: string[];
  tags: Record<string, string>;
  vpc?: string | undefined;
  /** Of what is between two. */
  otherVpc?: string | undefined;
  /** Made and deleted together with its VPC. */
  ofVpc?: boolean;
}

/** One kind of EC2 resource: how to find it. Ids tell their kind by what they begin with. */
export interface Kind {
  type: string;
  idPrefix: string;
  /** The filter that takes ids. */
  idFilter: string;
  /** Absent for what is in no VPC. */
  vpcFilters?: readonly string[];
  /** A filter that takes a name with wildcards, besides the tag `Name`. */
  nameFilter?: string;
  /** States in which it is gone, though still listed for a while. */
  gone: readonly string[];
  find(filters: Filter[]): AsyncIterable<Seen[]>;
}

/**
 * What AWS's services manage, such as the instances of a capacity provider, is left out of lists where the account hides it:
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
 */
export const MANAGED = { IncludeManagedResources: true } as const;

type Described = { id: string | undefined } & Omit<Seen, 'id'>;

export const seen = ({ id, ...rest }: Described): Seen => ({ id: textOf(id, 'the id of an EC2 resource'), ...rest });

/**
 * @param items the list of a page
 * @param describe what is known of one of them
 */
export function finder<P extends { NextToken?: string | undefined }, T>(
  send: (filters: Filter[], page: { MaxResults: 100; NextToken: string | undefined }) => Promise<P>,
  items: (page: P) => readonly T[] | undefined,
  describe: (item: T) => Described,
): Kind['find'] {
  return async function* find(filters) {
    const all = pages(
      // Without a limit EC2 answers in one piece, and fails when that is too much for it. Route tables have the lowest.
      (NextToken) => send(filters, { MaxResults: 100, NextToken }),
      items,
      (page) => page.NextToken,
    );
    for await (const page of all) yield page.map((item) => seen(describe(item)));
  };
}

/** Ids that are asked for by a parameter, not by a filter. */
export function apart(filters: Filter[], idFilter: string): { Filters: Filter[]; ids: string[] | undefined } {
  return {
    Filters: filters.filter(({ Name }) => Name !== idFilter),
    ids: filters.find(({ Name }) => Name === idFilter)?.Values,
  };
}
