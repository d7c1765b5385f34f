import { PASSED_VARIABLES } from '../../lambdas/contracts/stack-variables.ts';
import { addressOf, environmentVariable, patternOf, prefixVariable } from './names.ts';
import type { Question } from './proposal.ts';
import type { RootVariable, TerraformRoot } from './terraform-root.ts';

/** Values of executions and of the configuration are in histories, and a name such as these is of none that may be. */
const SECRET = /(^|[_-])(password|passwd|secret|token|api_?key|private_?key)$/i;

/** The variable that is the region of the AWS provider. */
function regionVariable({ region, variables }: TerraformRoot): string | undefined {
  const [, name] = /^\$\{var\.([\w-]+)\}$/.exec(String(region)) ?? [];
  return variables.some((variable) => variable.name === name) ? name : undefined;
}

/** The roles of builds work in the region of the deployment alone. */
export function aboutRegion(root: TerraformRoot, region: string): Question[] {
  if (typeof root.region !== 'string' || root.region === region || regionVariable(root)) return [];
  if (root.region.includes('${')) return [];
  const text = `the AWS provider has the region "${root.region}", and what is deployed here works in ${region} alone. Leave the region out of the provider, or deploy in ${root.region}`;
  return [{ about: 'variables', blocks: true, text }];
}

/**
 * Returns the root's name of the environment variable, and proposals for variables that require a value, which a person
 * has to complete.
 * @param taken the variables of images
 */
export function variablesOf(
  root: TerraformRoot,
  { project, region }: { project: string; region: string },
  taken: readonly string[],
): Record<string, unknown> {
  const environment = environmentVariable(root);
  const prefix = prefixVariable(root);
  const unset = unsetIn(root, taken);
  const ofVariable = ({ name, type, sensitive }: RootVariable): unknown =>
    sensitive || SECRET.test(name)
      ? { secret: { ssm: `/${project}/{environment}/${name}` } }
      : { input: inputTypeOf(type) };
  const own = regionVariable(root);
  const variables = {
    ...(own ? { [own]: { value: region } } : {}),
    ...Object.fromEntries(unset.map((one) => [one.name, ofVariable(one)])),
  };
  return {
    ...(prefix ? { variableNames: { prefix, environment: null } } : {}),
    ...(!prefix && environment && environment !== 'environment' ? { variableNames: { environment } } : {}),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
  };
}

function inputTypeOf(type: string): string {
  if (type === 'string' || type === 'number') return type;
  return type === 'bool' ? 'boolean' : 'json';
}

/** Returns variables without a default and a value that the runbook does not pass. */
function unsetIn(root: TerraformRoot, taken: readonly string[]): RootVariable[] {
  const environment = environmentVariable(root);
  const passed: readonly string[] = [...PASSED_VARIABLES, ...taken, regionVariable(root) ?? ''];
  return root.variables.filter(
    (variable) =>
      !('default' in variable) &&
      !root.values.get(variable.name)?.isRead &&
      !passed.includes(variable.name) &&
      variable.name !== environment,
  );
}

export function aboutVariables(root: TerraformRoot, taken: readonly string[], hasRoles: boolean): Question[] {
  const declared = root.variables.map(({ name }) => name);
  const environment = environmentVariable(root);
  const questions: Question[] = [];
  const prefix = prefixVariable(root);
  const isNamed = prefix !== undefined || typeof patternOf(root) === 'object';
  const wanted = ['environment', 'prefix', 'account_id', ...(hasRoles ? ['permissions_boundary'] : [])];
  const missing = wanted.filter(
    (name) => !declared.includes(name) && !(name === 'environment' && environment) && !(name === 'prefix' && isNamed),
  );
  if (prefix) {
    questions.push({
      about: 'variables',
      blocks: false,
      text: `names begin with var.${prefix}, so it is given the prefix of the environment's names (stack.variableNames)`,
    });
  }
  if (missing.length > 0) {
    questions.push({
      about: 'variables',
      blocks: missing.includes('environment') || missing.includes('prefix'),
      text: `the root does not declare ${missing.join(', ')}. Without them no two environments can be distinguished, or nothing keeps Terraform to one account and one boundary`,
    });
  }
  const unbounded = [...root.blocks, ...root.moduleBlocks].filter(
    ({ kind, type, body }) => kind === 'resource' && type === 'aws_iam_role' && !('permissions_boundary' in body),
  );
  if (unbounded.length > 0) {
    questions.push({
      about: 'variables',
      blocks: true,
      text: `${unbounded.map(addressOf).join(', ')}: Terraform creates no role without permissions_boundary = var.permissions_boundary. Write it into the role, and declare the variable${unbounded.some(({ module }) => module) ? ', in the root and in the module' : ''}`,
    });
  }
  for (const { name, type, description, sensitive } of unsetIn(root, taken)) {
    const what = [type, sensitive ? 'sensitive' : '', description].filter(Boolean).join('; ');
    questions.push({
      about: 'variables',
      blocks: true,
      text:
        sensitive || SECRET.test(name)
          ? `variable "${name}" (${what}) has no default. Say in stack.variables.${name}.secret which parameter of SSM or secret of Secrets Manager has it${sensitive ? '' : ', and write sensitive = true into its declaration'}`
          : `variable "${name}" (${what}) has no default. Write its value into stack.variables.${name}, or give it to each provision with --var ${name}=…${ofFile(root, name)}`,
    });
  }
  return questions;
}

function ofFile({ values }: TerraformRoot, name: string): string {
  const { file } = values.get(name) ?? {};
  return file ? `. ${file} has a value, and Terraform does not read that file by itself` : '';
}
