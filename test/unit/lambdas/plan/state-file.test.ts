import { describe, expect, test } from 'vitest';
import { namesInState } from '../../../../lambdas/plan/state-names.ts';
import { resourcesInState } from '../../../../lambdas/plan/state-resources.ts';
import { parseState } from '../../../../lambdas/plan/terraform-state.ts';
import { holdsUpDestroy } from '../../../../lambdas/removal/state-groups.ts';
import { DependencyError } from '../../../../lambdas/runtime/errors.ts';

const READERS: [string, (text: string) => unknown][] = [
  ['the inventory', parseState],
  ['the names', namesInState],
  ['the targets of checks', (text) => resourcesInState(text, [], {})],
  ['the rules of security groups', (text) => holdsUpDestroy({ kind: 'found', text })],
];

const state = (changes: object = {}) => ({ version: 4, lineage: 'l', serial: 1, resources: [], ...changes });
const withInstance = (instance: object) =>
  state({ resources: [{ mode: 'managed', type: 'aws_sqs_queue', name: 'a', instances: [instance] }] });

/** What one reader cannot read is unknown to all of them: a part of a state is never taken for the whole. */
describe.each(READERS)('%s', (_, read) => {
  test.each([
    ['nothing', ''],
    ['half a file', JSON.stringify(state()).slice(0, -1)],
    ['a state of version 3', JSON.stringify(state({ version: 3 }))],
    ['a state without a lineage', JSON.stringify(state({ lineage: undefined }))],
    ['a state without resources', JSON.stringify(state({ resources: undefined }))],
    ['attributes that are a text', JSON.stringify(withInstance({ attributes: 'id=1' }))],
    ['attributes that are a list', JSON.stringify(withInstance({ attributes: [] }))],
    ['dependencies that are a text', JSON.stringify(withInstance({ attributes: {}, dependencies: 'aws_vpc.a' }))],
  ])('does not read %s', (_name, text) => {
    expect(() => read(text)).toThrow(DependencyError);
  });

  test.each([
    ['no resources', state()],
    ['no attributes', withInstance({ attributes: null })],
    ['no serial', state({ serial: undefined })],
  ])('reads a state with %s', (_name, file) => {
    expect(() => read(JSON.stringify(file))).not.toThrow();
  });
});
