import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { parseConfig, type RunbookConfig } from '../../../lib/config/config.ts';
import { RunbookStack } from '../../../lib/runbook-stack.ts';
import config from '../../../runbook.config.ts';

export const PROJECT_ROOT = resolve(import.meta.dirname, '../../..');

// The plug-ins have their own tests. With them, each synthesis takes ten times as long.
process.env.CDK_VALIDATION = 'false';

/** The folder has the assemblies for which the caller names no folder. */
const scratch = mkdtempSync(join(tmpdir(), 'runbook-infra-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

export interface Runbook {
  app: App;
  stack: RunbookStack;
  template: Template;
}

/** Creates the stack like `cdk synth`, without the bundles of the functions. */
export function runbook(changes: Partial<RunbookConfig> = {}, outdir?: string, projectRoot = PROJECT_ROOT): Runbook {
  const { context } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'cdk.json'), 'utf8')) as { context: object };
  const app = new App({
    analyticsReporting: false,
    context: { ...context, 'aws:cdk:bundling-stacks': [] },
    outdir: outdir ?? mkdtempSync(join(scratch, 'cdk.out')),
  });
  const parsed = parseConfig({ ...config, ...changes });
  const stack = new RunbookStack(app, 'Runbook', { config: parsed, projectRoot });
  return { app, stack, template: Template.fromStack(stack) };
}

export interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

interface Role {
  Properties: { Description?: string; Policies?: { PolicyDocument: { Statement: Statement[] } }[] };
}

/**
 * Returns the inline statements of the role with this description.
 * @throws {Error} when no role has this description
 */
export function statementsOf(template: Template, description: string): Statement[] {
  const roles = Object.values(template.findResources('AWS::IAM::Role')) as Role[];
  const role = roles.find(({ Properties }) => Properties.Description === description);
  if (!role) throw new Error(`no role is described as "${description}"`);
  return (role.Properties.Policies ?? []).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

export function listOf<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

/** Returns all actions of the statements, sorted. */
export function actionsOf(statements: readonly Pick<Statement, 'Action'>[]): string[] {
  return statements.flatMap(({ Action }) => listOf(Action)).sort();
}

/** Returns a value of a template as text, with its intrinsics as `<Name>`. The text is sufficient to match an ARN. */
export function flat(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll(/\$\{([^}]+)\}/g, '<$1>');
  const [[intrinsic, operand] = []] = Object.entries((value ?? {}) as Record<string, unknown>);
  if (intrinsic === 'Fn::Join') return ((operand as [string, unknown[]])[1] ?? []).map(flat).join('');
  if (intrinsic === 'Fn::Sub') return flat(operand);
  if (intrinsic === 'Fn::GetAtt') return `<${(operand as string[]).join('.')}>`;
  if (intrinsic === 'Ref') return `<${operand as string}>`;
  return JSON.stringify(value);
}

/** Returns the resources of the statements that have the action. */
export function resourcesOf(statements: readonly Statement[], action: string): string[] {
  return statements
    .filter(({ Action }) => listOf(Action).includes(action))
    .flatMap(({ Resource }) => listOf(Resource).map(flat));
}
