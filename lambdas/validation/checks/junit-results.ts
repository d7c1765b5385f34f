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
const NOT_RUN: ReadonlySet<string> = new Set([
  ...['notrun', 'skipped', 'suppressed', 'disabled', 'pending', 'ignored', 'untested'],
]);
/** CTest writes `fail`: https://cmake.org/cmake/help/latest/manual/ctest.1.html */
const FAILED: ReadonlySet<string> = new Set(['fail', 'failed', 'failure', 'error', 'errored']);
const PASSED: ReadonlySet<string> = new Set([
  ...['', 'run', 'completed', 'executed', 'pass', 'passed', 'ok', 'success', 'successful', 'succeeded'],
]);

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
  const prefixed = within(root).find(({ name }) => MEANINGFUL.has(name.replace(/^.*:/, '')) && name.includes(':'));
  if (prefixed) return unreadable(`its element "${prefixed.name}" is of a namespace of its own`);
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
  const alien = element.children.flatMap((child) => notUnderstood(child))[0];
  if (alien) return alien;
  const before = { tests: seen.passed + seen.skipped + seen.failures.length, failures: seen.failures.length };
  for (const child of element.children) {
    if (child.name === 'testsuite') {
      const problem = suite(child, seen);
      if (problem) return problem;
    }
    if (child.name === 'testcase') {
      const problem = count(child, seen);
      if (problem) return problem;
    }
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

const MEANINGFUL: ReadonlySet<string> = new Set(['testsuite', 'testcase', 'failure', 'error', 'skipped']);

/** A test or a failure below an element that is not JUnit's would not be counted. */
function notUnderstood(child: Element): string[] {
  if (MEANINGFUL.has(child.name)) return [];
  const inside = within(child).find(({ name }) => MEANINGFUL.has(name));
  return inside ? [`its element "${child.name}" has a "${inside.name}", and is not JUnit's`] : [];
}

const within = (element: Element): Element[] => element.children.flatMap((one) => [one, ...within(one)]);

/** @returns what cannot be understood, if anything */
function count(
  element: Element,
  seen: { passed: number; skipped: number; failures: TestFailure[] },
): string | undefined {
  const says = [element.attributes.status, element.attributes.result].map((one) => one?.toLowerCase() ?? '');
  const failure = within(element).find(isFailure);
  const strange = says.find((one) => ![PASSED, FAILED, NOT_RUN].some((known) => known.has(one)));
  if (failure) seen.failures.push(failureOf(element, failure));
  else if (says.some((one) => FAILED.has(one))) seen.failures.push({ name: nameOf(element), message: '' });
  else if (says.some((one) => NOT_RUN.has(one)) || element.children.some(({ name }) => name === 'skipped'))
    seen.skipped += 1;
  else if (strange !== undefined) return `its test "${nameOf(element)}" is "${strange.slice(0, 40)}"`;
  else seen.passed += 1;
  return undefined;
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
