import { CHECK_TITLES, CHECKS, type CheckName } from '../../lambdas/contracts/contracts.ts';
import { FUNCTIONS, type LambdaName } from '../../lambdas/contracts/functions.ts';
import { constructId } from '../names.ts';

/** These checks validate a stack: checks of this project, and custom checks by their names. */
export interface StackChecks {
  checks: readonly CheckName[];
  customChecks: readonly { name: string }[];
  resourceChecks?: readonly { name: string }[];
  buildChecks?: readonly { name: string }[];
  journeys?: readonly { name: string }[];
}

interface Machine {
  States: {
    'Run checks': { Branches: object[] };
    'Run chosen checks': { ItemProcessor: object };
  };
}

/** The members are the values of the placeholders of one branch. */
interface Branch {
  CheckName: string;
  CheckState: string;
  ReportState: string;
  CheckFunctionArn: string;
  CheckTimeoutSeconds: number;
}

/** Seconds. Step Functions waits for a function this much longer than the function's own time limit. */
const GRACE = 30;

/**
 * Creates the branches of `Run checks`, one for each check of the stack, and the processor of `Run chosen checks` from
 * the one branch in `validate.asl.json`: the retriers and catchers of a custom check are always those of the project's
 * own checks.
 *
 * @throws {Error} if the definition does not have exactly one branch
 */
export function withBranchesOf(definition: string, stack: StackChecks): string {
  const { checks, customChecks, resourceChecks = [], buildChecks = [], journeys = [] } = stack;
  const machine = JSON.parse(definition) as Machine;
  const { 'Run checks': all, 'Run chosen checks': chosen } = machine.States;
  const [model, another] = all.Branches;
  if (!model || another) throw new Error('Run checks in validate.asl.json has one branch, the model of all');
  const timeouts = [
    ...checks.map(timeoutOf),
    ...customChecks.map(() => timeoutOf('custom-check')),
    ...resourceChecks.map(() => timeoutOf('resources')),
    ...buildChecks.map(() => timeoutOf('build')),
    ...journeys.map(() => timeoutOf('journey')),
  ];
  all.Branches = [
    ...CHECKS.filter((check) => checks.includes(check)).map((check) => filled(model, branchOf(check))),
    ...customChecks.map(({ name }) => filled(model, ownBranch(name, 'custom-check'))),
    ...resourceChecks.map(({ name }) => filled(model, ownBranch(name, 'resources'))),
    ...buildChecks.map(({ name }) => filled(model, ownBranch(name, 'build'))),
    ...journeys.map(({ name }) => filled(model, ownBranch(name, 'journey'))),
  ];
  chosen.ItemProcessor = {
    ...chosen.ItemProcessor,
    ...filled(model, {
      CheckName: '{% $states.input %}',
      CheckState: 'Run chosen check',
      ReportState: 'Report chosen check',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of CloudFormation
      CheckFunctionArn: "{% '${CheckFunctionArnPrefix}' & $states.input %}",
      CheckTimeoutSeconds: Math.max(...timeouts),
    }),
  };
  const names = buildChecks.map(({ name }) => `'${name}'`).join(', ');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the definition
  return JSON.stringify(machine).replaceAll('${BuildChecks}', () => names);
}

function branchOf(check: CheckName): Branch {
  const title = CHECK_TITLES[check];
  const verb = check === 'e2e-order' ? 'Place' : 'Check';
  return branch(check, `${verb} ${title}`, `Report ${title}`, timeoutOf(check));
}

function ownBranch(name: string, handler: 'custom-check' | 'resources' | 'build' | 'journey'): Branch {
  const words = name.replaceAll('-', ' ');
  return branch(name, `Check ${words}`, `Report ${words}`, timeoutOf(handler));
}

function branch(name: string, CheckState: string, ReportState: string, CheckTimeoutSeconds: number): Branch {
  const CheckFunctionArn = `\${${constructId(`check-${name}`)}FunctionArn}`;
  return { CheckName: name, CheckState, ReportState, CheckFunctionArn, CheckTimeoutSeconds };
}

function timeoutOf(check: CheckName | 'custom-check' | 'resources' | 'build' | 'journey'): number {
  const name: LambdaName = check === 'custom-check' ? check : `check-${check}`;
  return FUNCTIONS[name].timeoutSeconds + GRACE;
}

function filled(model: object, values: Branch): object {
  const text = Object.entries(values).reduce(
    (json, [name, value]) =>
      typeof value === 'number'
        ? json.replaceAll(`"\${${name}}"`, String(value))
        : json.replaceAll(`\${${name}}`, () => JSON.stringify(value).slice(1, -1)),
    JSON.stringify(model),
  );
  return JSON.parse(text) as object;
}
