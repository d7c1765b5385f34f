import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import type { AwsResponse } from '../../../lab/service.ts';

/** The functions remove or replace members of an answer's body, in every protocol. */

type Node = Record<string, unknown>;
const TEXT = '#text';
const options = { preserveOrder: true, ignoreAttributes: false, parseTagValue: false };
const parser = new XMLParser(options);
const builder = new XMLBuilder({ ...options, suppressEmptyNode: true });

export const isJson = ({ headers }: AwsResponse) => (headers['content-type'] ?? '').includes('json');
const nameOf = (node: Node) => Object.keys(node).find((key) => key !== ':@') ?? '';
const childrenOf = (node: Node) => node[nameOf(node)] as Node[];

/**
 * Returns the document and the members. These are in the element `<XResult>` of the query protocol, or else in the
 * root.
 */
function open(body: string): { document: Node[]; members: Node[] } {
  const document = parser.parse(body) as Node[];
  const root = document.find((node) => nameOf(node) !== '?xml');
  const members = root ? childrenOf(root) : [];
  const result = members.find((node) => nameOf(node).endsWith('Result'));
  return { document, members: result ? childrenOf(result) : members };
}

export function membersOf(answer: AwsResponse): string[] {
  const body = String(answer.body);
  if (!body) return [];
  return isJson(answer) ? Object.keys(JSON.parse(body)) : [...new Set(open(body).members.map(nameOf))];
}

export interface Change {
  json(value: unknown): unknown;
  xml(children: Node[]): Node[] | undefined;
}

/** @param change returns the new value of a member, or undefined to remove it */
export function changeMember(answer: AwsResponse, member: string, change: Change): AwsResponse {
  const body = String(answer.body);
  if (isJson(answer)) {
    const parsed = JSON.parse(body) as Node;
    return { ...answer, body: JSON.stringify({ ...parsed, [member]: change.json(parsed[member]) }) };
  }
  const { document, members } = open(body);
  const changed = members.flatMap((node) => {
    if (nameOf(node) !== member) return [node];
    const children = change.xml(childrenOf(node));
    return children === undefined ? [] : [{ [member]: children }];
  });
  members.splice(0, members.length, ...changed);
  return { ...answer, body: builder.build(document) as string };
}

export function addMembers(answer: AwsResponse, added: Record<string, string>): AwsResponse {
  const body = String(answer.body);
  if (isJson(answer)) return { ...answer, body: JSON.stringify({ ...JSON.parse(body), ...added }) };
  const { document, members } = open(body);
  members.push(...Object.entries(added).map(([name, value]) => ({ [name]: [{ [TEXT]: value }] })));
  return { ...answer, body: builder.build(document) as string };
}

/** Returns the same answer with empty lists. */
export function emptied(answer: AwsResponse): AwsResponse {
  return membersOf(answer).reduce(
    (all, member) =>
      changeMember(all, member, {
        json: (value) => (Array.isArray(value) ? [] : value),
        xml: (children) => (children.some((node) => nameOf(node) !== TEXT) ? [] : children),
      }),
    answer,
  );
}

export const textNode = (text: string): Node[] => [{ [TEXT]: text }];
/** Removes the content of each item. */
export const hollow = (children: Node[]): Node[] => children.map((node) => ({ [nameOf(node)]: [] }));
