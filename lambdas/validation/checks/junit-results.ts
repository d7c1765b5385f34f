import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { ParsedResults, TestFailure } from './build-results.ts';

/**
 * This module reads JUnit's XML, for which there is no standard. Tools write different attributes, so a test counts as
 * passed only if nothing in it or above it says otherwise.
 */

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  maxNestedTags: 100,
});

/** An element has its name as its only other member, with its children. */
type Node = Record<string, unknown>;
interface Element {
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: readonly Element[];
  text: string;
}

/** GoogleTest lists tests that it has not run: https://google.github.io/googletest/advanced.html */
const NOT_RUN: ReadonlySet<string> = new Set(['notrun', 'skipped', 'suppressed', 'disabled', 'pending', 'ignored']);
const FAILED: ReadonlySet<string> = new Set(['failed', 'failure', 'error', 'errored']);

export function parseJunit(xml: string): ParsedResults {
  const text = xml.replace(/^\ufeff/, '');
  const prolog = text.slice(0, Math.max(0, text.search(/<[A-Za-z_]/)));
  if (/<!DOCTYPE/i.test(withoutComments(text, prolog)))
    return unreadable('it has a DOCTYPE, and entities of a file are not read');
  const valid = XMLValidator.validate(text);
  if (valid !== true) return unreadable(`it is no XML: ${valid.err.msg}`);
  const [root, ...more] = elementsOf(parser.parse(text) as Node[]);
  if (!root || more.length > 0) return unreadable('it is no XML: it has not one root');
  if (!/^testsuites?$/.test(root.name))
    return unreadable(`its root is "${root.name}", and not testsuites or testsuite`);
  return countedIn(root);
}

/** A comment before the root may have anything that looks like a root. */
function withoutComments(text: string, prolog: string): string {
  if (!prolog.includes('<!--')) return prolog;
  const rest = text.replaceAll(/<!--.*?-->/gs, '');
  return rest.slice(0, Math.max(0, rest.search(/<[A-Za-z_]/)));
}

function countedIn(root: Element): ParsedResults {
  const seen = { passed: 0, skipped: 0, failures: [] as TestFailure[] };
  const problem = suite(root, seen);
  return problem ? unreadable(problem) : { kind: 'read', results: seen };
}

/** @returns what cannot be understood, if anything */
function suite(
  element: Element,
  seen: { passed: number; skipped: number; failures: TestFailure[] },
): string | undefined {
  const before = { tests: seen.passed + seen.skipped + seen.failures.length, failures: seen.failures.length };
  for (const child of element.children) {
    if (child.name === 'testsuite') {
      const problem = suite(child, seen);
      if (problem) return problem;
    }
    if (child.name === 'testcase') count(child, seen);
  }
  const listed = seen.passed + seen.skipped + seen.failures.length - before.tests;
  for (const child of element.children) if (isFailure(child)) seen.failures.push(failureOf(element, child));
  const { tests, failures = 0, errors = 0, problem } = numbersOf(element);
  if (problem) return problem;
  if (tests !== undefined && tests > listed)
    return `its suite "${nameOf(element)}" says that there are ${tests} tests, and lists ${listed}`;
  if (failures + errors > 0 && seen.failures.length === before.failures)
    seen.failures.push({ name: nameOf(element), message: `${failures + errors} failures and errors` });
  return undefined;
}

function count(element: Element, seen: { passed: number; skipped: number; failures: TestFailure[] }): void {
  const says = [element.attributes.status, element.attributes.result].map((one) => one?.toLowerCase() ?? '');
  const failure = element.children.find(isFailure);
  if (failure) seen.failures.push(failureOf(element, failure));
  else if (says.some((one) => FAILED.has(one))) seen.failures.push({ name: nameOf(element), message: '' });
  else if (says.some((one) => NOT_RUN.has(one)) || element.children.some(({ name }) => name === 'skipped'))
    seen.skipped += 1;
  else seen.passed += 1;
}

const isFailure = ({ name }: Element) => name === 'failure' || name === 'error';

function failureOf(of: Element, { attributes, text }: Element): TestFailure {
  return { name: nameOf(of), message: decoded(attributes.message ?? text) };
}

function nameOf({ name, attributes }: Element): string {
  return [attributes.classname, attributes.name ?? name]
    .filter(Boolean)
    .map((one) => decoded(one ?? ''))
    .join(' ');
}

interface Numbers {
  tests?: number;
  failures?: number;
  errors?: number;
  problem?: string;
}

function numbersOf({ attributes }: Element): Numbers {
  const numbers: Numbers = {};
  for (const name of ['tests', 'failures', 'errors'] as const) {
    const value = attributes[name];
    if (value === undefined || value === '') continue;
    if (!/^\d{1,9}$/.test(value)) return { problem: `it has ${name}="${value}"` };
    numbers[name] = Number(value);
  }
  return numbers;
}

function elementsOf(nodes: readonly Node[]): Element[] {
  return nodes.flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ':@');
    if (name === undefined || name.startsWith('#') || name.startsWith('?')) return [];
    const inside = node[name] as Node[];
    const own = (node[':@'] ?? {}) as Record<string, string>;
    const attributes = Object.assign(Object.create(null) as Record<string, string>, own);
    const text = inside.map((one) => ('#text' in one ? String(one['#text']) : '')).join('');
    return [{ name, attributes, children: elementsOf(inside), text: text.trim() }];
  });
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function decoded(text: string): string {
  return text.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => ENTITIES[name] ?? '');
}

function unreadable(why: string): ParsedResults {
  return { kind: 'unreadable', why };
}
