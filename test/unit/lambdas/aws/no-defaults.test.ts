import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/**
 * A default for a missing member of an answer turns "not read" into "none". `pages` and `listOf` read lists, and
 * `textOf` reads texts that decide something.
 */

const ADAPTERS = join(import.meta.dirname, '../../../../lambdas/aws');

/** The patterns match `?? []`, `?? {}`, `({ X = [] })`, `?.map(…)` and other expressions that ignore a missing list. */
const DEFAULTS = [
  /\?\? (\[\]|\{\})/,
  /[{,]\s*\w+(: \w+)? = (\[\]|\{\})\s*[,}]/,
  /\?\.(map|flatMap|filter|forEach|some|every|find|reduce|length|slice|at)\b/,
  /\.\.\.\(?\w+(\.\w+)+ \|\|/,
];

/** The keys are lines in which a default cannot hide anything. The values are the reasons. */
const HARMLESS: Record<string, string> = {
  'omitted-lists.ts: return answered ? [...(Versions ?? []), ...(DeleteMarkers ?? [])] : undefined;':
    'S3 leaves empty lists out, and other members show that it answered',
  'omitted-lists.ts: return Errors ?? [];': 'a quiet deletion answers with errors alone',
  "ecs.ts: function runningTask({ taskArn = '', startedAt, taskDefinitionArn, attachments = [], ...task }: Task): RunningTask {":
    'a task without an address matches no target',
  'ecs.ts: .flatMap(({ details = [] }) => details)': 'a task without an address matches no target',
  'ecs.ts: containers: (task.containers ?? [])': 'the exit codes are evidence, and decide nothing',
  'check-builds.ts: const context = contexts?.find(({ statusCode, message }) => statusCode || message);':
    'without a reason, a phase that failed is unknown',
  'queues.ts: const { Attributes = {} } = await sqs.send(':
    'each count is asked for by its name, and refused when it is missing',
  'state-bucket.ts: (rule) => rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? [],':
    'a rule without an algorithm does not encrypt',
  'images.ts: const found = describedIn(response.imageDetails, (one) => one.imageTags?.includes(imageTag) ?? false, response);':
    'an image without the tag is not the one that was asked for',
  "lock-table.ts: const hashKey = Table.KeySchema?.find((key) => key.KeyType === 'HASH')?.AttributeName;":
    'a table without its key fails the check',
  "tagged-resources.ts: const owner = Tags?.find(({ Key }) => Key === 'owner')?.Value;":
    'without an owner, it is looked for as this deployment’s',
  'sweepers/ec2-kinds.ts: ofVpc: one.Associations?.some((to) => to.Main) ?? false,':
    'a table that may be the main one counts as one of its own',
  'images.ts: return (parsed.data.manifests ?? [])': 'it is a manifest: one without manifests is no index',
  'sweepers/cloudcontrol-list.ts: const [, tags] = Object.entries(properties).find(([key]) => /^(?:[A-Z][A-Za-z]*)?Tags$/.test(key)) ?? [];':
    'a resource of a type without tags has none',
  'sweepers/ec2.ts: yield { ...one, vpc, names: [...(one.names ?? []), ...(named.get(vpc) ?? [])] };':
    'it is a map of the sweeper, not an answer',
  'sweepers/ec2.ts: for (const Name of kind.vpcFilters ?? []) {': 'it is a table of the sweeper, not an answer',
  'policy-simulation.ts: for (const specific of one.ResourceSpecificResults ?? [])':
    'most results have none, and what was asked and is not answered is unclear',
  "target-groups.ts: ...(rule.Transforms?.length ? ['transform'] : []),": 'rules without transforms omit the list',
  'sweepers/ec2.ts: fromPart({ type, id, of = [] }) {': 'it is an item of the inventory, not an answer',
};

function lines(): string[] {
  const files = readdirSync(ADAPTERS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) =>
    readFileSync(join(ADAPTERS, file), 'utf8')
      .split('\n')
      .map((line) => `${file}: ${line.trim()}`),
  );
}

test('no adapter has a default for a list or a map that an answer lacks', () => {
  const found = lines().filter((line) => DEFAULTS.some((pattern) => pattern.test(line)));
  expect(found.filter((line) => !(line in HARMLESS))).toEqual([]);
});

test('each line that is called harmless exists', () => {
  const all = new Set(lines());
  expect(Object.keys(HARMLESS).filter((line) => !all.has(line))).toEqual([]);
});

test.each([
  'for (const one of page.Roles ?? []) yield one;',
  'const { clusters = [], failures = [] } = await ecs.send(command);',
  '({ Vpcs = [] }) => Vpcs.map(seen),',
  'if (page.logGroups?.some((group) => group.name === name)) return true;',
  'return answer && (answer.tags ?? {});',
])('finds %s', (line) => {
  expect(DEFAULTS.some((pattern) => pattern.test(line))).toBe(true);
});
