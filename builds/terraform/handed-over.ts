import * as z from 'zod';

/**
 * The file finds resources that have got another owner's tags since Terraform wrote them: another environment has
 * imported them, and this one's state still lists them.
 */

const instance = z.object({
  index_key: z.union([z.string(), z.number()]).optional(),
  attributes: z.looseObject({ tags_all: z.unknown().optional(), tags: z.unknown().optional() }).nullish(),
});
const state = z.object({
  resources: z
    .array(
      z.object({
        module: z.string().optional(),
        mode: z.string().optional(),
        type: z.string(),
        name: z.string(),
        instances: z.array(instance).default([]),
      }),
    )
    .default([]),
});

type Tags = Readonly<Record<string, unknown>>;

/**
 * @param before the state as it was written, JSON
 * @param now the same state as it is in AWS
 * @param own the owner's tags
 * @returns lines such as `aws_sqs_queue.a is tagged environment=live`
 * @throws when either is not a state
 */
export function handedOver(before: string, now: string, own: Readonly<Record<string, string>>): string[] {
  const written = tagsIn(before);
  const lines = [...tagsIn(now)].flatMap(([address, is]) =>
    Object.entries(own).flatMap(([key, value]) => {
      const present = is[key];
      const given =
        written.get(address)?.[key] === value && present !== undefined && present !== null && present !== value;
      return given ? [`${address} is tagged ${key}=${present}`] : [];
    }),
  );
  return [...new Set(lines)].sort();
}

function tagsIn(text: string): Map<string, Tags> {
  const { resources } = state.parse(JSON.parse(text));
  return new Map(
    resources
      .filter(({ mode }) => mode === 'managed')
      .flatMap(({ module, type, name, instances }) =>
        instances.map(({ index_key: index, attributes }): [string, Tags] => {
          const address = [...(module === undefined ? [] : [module]), type, name].join('.');
          const tags = z.record(z.string(), z.unknown()).safeParse(attributes?.tags_all ?? attributes?.tags ?? {});
          return [index === undefined ? address : `${address}[${JSON.stringify(index)}]`, tags.data ?? {}];
        }),
      ),
  );
}
