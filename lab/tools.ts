import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Machine, thisMachine } from './tools/machine.ts';
import { findPostgres, POSTGRES_FIX } from './tools/postgres.ts';
import { findMoto, MOTO_FIX, MOTO_VERSION } from './tools/python.ts';
import {
  checksumsOf,
  findProvider,
  mirrors,
  ownTerraform,
  PLATFORM,
  type ProviderSource,
  pinnedVersions,
  terraformVersion,
  writeCliConfiguration,
} from './tools/terraform.ts';

export interface Tool {
  name: string;
  /** `fetched`: the tool is not there, and the lab installs it itself. `missing`: nothing works without it. */
  status: 'found' | 'warning' | 'fetched' | 'missing';
  /** The detail is what was found, or what is missing. */
  detail: string;
  /** The fix says how to install the tool; it is present unless the tool was found. */
  fix?: string;
}

export interface ToolReport {
  tools: Tool[];
  provider: ProviderSource;
  /** The value is false when a tool is missing that the lab cannot install itself. */
  complete: boolean;
}

/** Searches for all that the lab needs, at once. The function starts nothing and installs nothing. */
export async function findTools(projectRoot: string, machine: Machine = thisMachine): Promise<ToolReport> {
  const pins = await pinnedVersions(machine, projectRoot);
  const [moto, terraform, provider, postgres, bash] = await Promise.all([
    motoTool(machine, projectRoot),
    terraformTool(machine, projectRoot, pins.terraform),
    findProvider(machine, pins.awsProvider),
    postgresTool(machine, projectRoot),
    commandTool(machine, 'bash', 'bash', "Install bash with your system's package manager"),
  ]);
  const providerTool = await describeProvider(machine, provider, pins.awsProvider);
  const tools = [moto, terraform, providerTool, postgres, bash];
  return { tools, provider, complete: tools.every((tool) => tool.status !== 'missing') };
}

/** Returns TF_CLI_CONFIG_FILE for builds, written into the lab's directory. */
export function terraformConfiguration(report: ToolReport, directory: string, projectRoot: string): string {
  const cache = pluginCache(projectRoot);
  if (report.provider.kind === 'registry') mkdirSync(cache, { recursive: true });
  return writeCliConfiguration(directory, report.provider, cache);
}

const pluginCache = (projectRoot: string) => join(projectRoot, '.lab', 'terraform-plugins');

/** Returns the folder to which builds link their provider. Nobody knows it where a user's own configuration decides. */
export function unpackedProviders(source: ProviderSource, projectRoot: string): string | undefined {
  if (source.kind === 'configured') return undefined;
  return source.kind === 'mirror' ? source.folder : pluginCache(projectRoot);
}

const MARKS = { found: '✓', warning: '!', fetched: '↓', missing: '✗' } as const;

/** Returns one line for each tool, and how to install those that are missing. */
export function formatTools(report: ToolReport): string {
  const width = Math.max(...report.tools.map((tool) => tool.name.length));
  return report.tools
    .flatMap((tool) => [
      `${MARKS[tool.status]} ${tool.name.padEnd(width)}  ${tool.detail}`,
      ...(tool.fix ? [`  ${' '.repeat(width)}  → ${tool.fix}`] : []),
    ])
    .join('\n');
}

async function motoTool(machine: Machine, projectRoot: string): Promise<Tool> {
  const name = 'moto';
  const foreign = machine.env.LAB_EMULATOR_ENDPOINT;
  if (foreign) return { name, status: 'found', detail: `not used: LAB_EMULATOR_ENDPOINT is ${foreign}` };
  const found = await findMoto(machine, projectRoot);
  if (found?.moto === MOTO_VERSION) return { name, status: 'found', detail: `${found.moto} of ${found.python}` };
  if (found) {
    const detail = `${found.moto} of ${found.python}; the lab was made for ${MOTO_VERSION}`;
    return { name, status: 'warning', detail, fix: MOTO_FIX };
  }
  const python = (await machine.which('python3')) !== undefined;
  const detail = python ? 'not found; will be installed into .lab/venv' : 'not found, and neither is python3';
  return { name, status: python ? 'fetched' : 'missing', detail, fix: MOTO_FIX };
}

async function terraformTool(machine: Machine, projectRoot: string, pin: string): Promise<Tool> {
  const name = 'terraform';
  const fix = `Put terraform ${pin} on PATH: https://developer.hashicorp.com/terraform/install`;
  const path = await machine.which('terraform');
  const version = path && (await terraformVersion(machine, path));
  if (version === pin) return { name, status: 'found', detail: `${version} at ${path}` };
  const own = ownTerraform(projectRoot, pin);
  if ((await terraformVersion(machine, own)) === pin) return { name, status: 'found', detail: `${pin} at ${own}` };
  const found = path ? `${version ?? 'unreadable version'} at ${path}` : 'not found';
  const archive = `terraform_${pin}_${PLATFORM}.zip`;
  if (!(await checksumsOf(machine, projectRoot))[archive])
    return { name, status: 'missing', detail: `${found}; the project has no checksum of ${archive}`, fix };
  return { name, status: 'fetched', detail: `${found}; ${pin} will be downloaded into .lab/terraform`, fix };
}

async function describeProvider(machine: Machine, source: ProviderSource, pin: string): Promise<Tool> {
  const name = 'AWS provider';
  const fix = 'Set LAB_PROVIDER_MIRROR to a folder made by: terraform providers mirror <folder>';
  if (source.kind === 'configured') return { name, status: 'found', detail: `as ${source.file} says` };
  if (source.kind === 'registry') {
    const detail = `${pin} not found; terraform will download it from the registry`;
    return { name, status: 'fetched', detail, fix };
  }
  if (await mirrors(machine, source.folder, pin)) {
    return { name, status: 'found', detail: `${pin} mirrored in ${source.folder}` };
  }
  return { name, status: 'missing', detail: `LAB_PROVIDER_MIRROR (${source.folder}) does not hold ${pin}`, fix };
}

async function postgresTool(machine: Machine, projectRoot: string): Promise<Tool> {
  const name = 'PostgreSQL';
  const folder = await findPostgres(machine, projectRoot);
  if (folder) return { name, status: 'found', detail: folder };
  return { name, status: 'fetched', detail: 'not found; will be installed from npm into .lab', fix: POSTGRES_FIX };
}

async function commandTool(machine: Machine, command: string, name: string, fix: string): Promise<Tool> {
  const path = await machine.which(command);
  return path
    ? { name, status: 'found', detail: path }
    : { name, status: 'missing', detail: 'not found; the builds use it', fix };
}
