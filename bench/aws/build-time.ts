import { COMMANDS, type Command, commandsOf } from '../../builds/terraform/settings.ts';
import type { TerraformRoot } from '../../cli/init/terraform-root.ts';
import { type Chain, longestChain } from './chain.ts';
import { BARE, BUILD, COMMAND_WORK, DOWNLOADS, IMAGES, TERRAFORM, type Work } from './times.ts';

export interface Roots {
  bootstrap: TerraformRoot;
  stack: TerraformRoot;
}

/** The seconds of one build are divided by their use. */
export interface BuildTime {
  parts: Record<string, number>;
  seconds: number;
  chains: Chain[];
}

/** Builds download Terraform and the provider from this place. */
export type Tools = 'internet' | 'bucket';

/** @param command a command of the Terraform project, or a sequence of them; undefined for a build of images */
export function buildTime(command: string | undefined, roots: Roots, tools: Tools): BuildTime {
  const around = Object.values(BUILD).reduce((sum, { seconds }) => sum + seconds, 0);
  if (command === undefined) return timeOf({ container: around, images: IMAGES.seconds }, []);
  const commands = commandsOf(command).map((one) => {
    if (isCommand(one)) return COMMAND_WORK[one];
    throw new Error(`bench/aws/times.ts does not know what ${one} does`);
  });
  const { own, chains } = workTime(commands.flat(), roots);
  const resources = chains.reduce((sum, { seconds }) => sum + seconds, 0);
  return timeOf({ container: around, tools: toolTime(tools), terraform: own, resources }, chains);
}

/** Returns the time of the same roots when they are applied by hand. */
export function bareTime(does: keyof typeof BARE, roots: Roots): number {
  const { own, chains } = workTime(BARE[does], roots);
  return own + chains.reduce((sum, { seconds }) => sum + seconds, 0);
}

const isCommand = (command: string): command is Command => (COMMANDS as readonly string[]).includes(command);

function timeOf(parts: Record<string, number>, chains: Chain[]): BuildTime {
  return { parts, chains, seconds: Object.values(parts).reduce((sum, one) => sum + one, 0) };
}

function workTime(work: readonly Work[], roots: Roots): { own: number; chains: Chain[] } {
  const own = work.flatMap((one) => ('terraform' in one ? TERRAFORM[one.terraform].seconds : []));
  const chains = work.flatMap((one) => ('root' in one ? longestChain(roots[one.root], one.does, one.only) : []));
  return { own: own.reduce((sum, one) => sum + one, 0), chains };
}

function toolTime(tools: Tools): number {
  const { terraform, provider, releases, bucket, unpacked } = DOWNLOADS;
  const rate = (tools === 'bucket' ? bucket : releases).seconds;
  return (terraform.megabytes + provider.megabytes) / rate + unpacked.seconds;
}
