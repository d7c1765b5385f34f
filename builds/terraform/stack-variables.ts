import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { type Declared, declaredVariables } from '../declared-variables.ts';
import { BuildFailure } from '../report.ts';
import { imageVariables } from './image-variables.ts';
import type { Settings } from './settings.ts';

/**
 * The variables of the stack's root have three sources: what the archive's configuration sets, what the execution sets,
 * and the root's names for the values that every root is given. The archive and the environment's record are the run's
 * own, so every build of it uses the same.
 */

/** The file is in the archive; `ConfigurationBundle` (lib/builds/source-archive.ts) writes it. */
export const DEFINITION = 'builds/stack-variables.json';

const reference = z.union([
  z.object({ ssm: z.string() }),
  z.object({ secretsManager: z.string(), field: z.string().optional() }),
]);
export type Reference = z.infer<typeof reference>;

const definition = z.object({
  names: z.record(z.string(), z.string().nullable()).default({}),
  variables: z
    .record(
      z.string(),
      z.object({
        value: z.unknown().optional(),
        environments: z.record(z.string(), z.unknown()).default({}),
        input: z.string().optional(),
        secret: reference.optional(),
      }),
    )
    .default({}),
});
type Definition = z.output<typeof definition>;
type Values = Readonly<Record<string, unknown>>;

export class StackVariables {
  readonly #definition: Definition;
  readonly #declared: ReadonlyMap<string, Declared>;
  readonly #settings: Settings;

  /** @param source folder of the archive */
  constructor(settings: Settings, source = resolve('.')) {
    this.#settings = settings;
    const file = join(source, DEFINITION);
    this.#definition = definition.parse(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {});
    this.#declared = declaredVariables(join(source, settings.stackRoot));
  }

  /** @throws BuildFailure for a variable of the configuration that the root does not declare, or would show */
  requireDeclared(): void {
    const problems = Object.entries(this.#definition.variables).flatMap(([name, { secret }]) => {
      const declared = this.#declared.get(name);
      if (!declared) return [`${name} is not declared`];
      if (secret && !declared.sensitive && !declared.ephemeral)
        return [`${name} is a secret, and plans would show it: write sensitive = true into its declaration`];
      if (!secret && declared.sensitive)
        return [`${name} is sensitive: give it by reference, as stack.variables.${name}.secret`];
      return [];
    });
    if (problems.length === 0) return;
    const { stackRoot } = this.#settings;
    throw new BuildFailure(
      `the variables of runbook.config.ts do not suit the Terraform root ${stackRoot}, and nothing is made: ${problems.join('; ')}`,
    );
  }

  /** Returns the values that every root is given, by the names that this one has for them, where it declares them. */
  named(values: Values): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(values).flatMap(([known, value]) => {
        const { [known]: name = known } = this.#definition.names;
        // `null` keeps a value from a root in which the name means something else.
        if (name === null || value === undefined || !this.#declared.has(name)) return [];
        return [[name, value] as const];
      }),
    );
  }

  /**
   * Returns what the configuration and the execution set; secrets are not part of it.
   * @param inputs of the execution, which come first
   */
  configured(inputs: Values): Record<string, unknown> {
    const { environment } = this.#settings;
    const strange = Object.keys(inputs).filter((name) => !this.#definition.variables[name]?.input);
    if (strange.length > 0)
      throw new BuildFailure(
        `the configuration of this run lets no execution set ${strange.join(', ')}: nothing is planned`,
      );
    return Object.fromEntries(
      Object.entries(this.#definition.variables).flatMap(([name, { value, environments, secret }]) => {
        const ofRun = Object.hasOwn(environments, environment) ? environments[environment] : value;
        const chosen = Object.hasOwn(inputs, name) ? inputs[name] : ofRun;
        return secret || chosen === undefined ? [] : [[name, chosen] as const];
      }),
    );
  }

  /** Returns the values that this command gives to the variables of the configuration's images. */
  get images(): Record<string, unknown> {
    const isRequired = (name: string) => !this.#declared.get(name)?.hasDefault;
    return this.declared(imageVariables(this.#settings, isRequired));
  }

  /** Returns the values whose variables the root of this archive still declares. */
  declared(values: Values): Record<string, unknown> {
    return Object.fromEntries(Object.entries(values).filter(([name]) => this.#declared.has(name)));
  }

  /** Returns the references of this environment, by the name of the variable. */
  get secrets(): { name: string; reference: Reference; ephemeral: boolean }[] {
    const own = (text: string) => text.replaceAll('{environment}', this.#settings.environment);
    return Object.entries(this.#definition.variables).flatMap(([name, { secret }]) => {
      if (!secret) return [];
      const { ephemeral = false } = this.#declared.get(name) ?? {};
      const asked =
        'ssm' in secret ? { ssm: own(secret.ssm) } : { ...secret, secretsManager: own(secret.secretsManager) };
      return [{ name, reference: asked, ephemeral }];
    });
  }
}
