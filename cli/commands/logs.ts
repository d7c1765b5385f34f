import { type Command, InvalidArgumentError, Option } from 'commander';
import { checkName } from '../../lambdas/contracts/contracts.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { HOUR_MS } from '../../lambdas/runtime/clock.ts';
import { BUILD_ID, type BuildView, describeBuild, lastBuildOf } from '../builds.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { clock, visible } from '../format.ts';
import { isObject, parse } from '../json.ts';
import { type LogLine, LogReader, type LogSource } from '../log-reader.ts';
import { parseDuration, span } from '../times.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError, EXIT } from './command-error.ts';
import { loadRecord } from './records.ts';
import { executionOf } from './watch.ts';

/**
 * AWS permits about 5 searches of an account's logs a second:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 */
const LOOK_EVERY_MS = 2_000;

interface LogsOptions extends Common {
  build?: string | true;
  service?: 'api' | 'worker';
  check?: string;
  since?: number;
  follow?: boolean;
}

export function addLogs(program: Command, cli: Cli): void {
  command(program, 'logs <environment>', 'print the log of its last build, of a service, or of a check')
    .addOption(
      new Option('--build [id]', 'of its last build, or of this one; what is printed by default').conflicts([
        'service',
        'check',
      ]),
    )
    .addOption(new Option('--service <name>', 'of its API or worker').choices(['api', 'worker']).conflicts('check'))
    .option('--check <name>', 'of what a check did for it')
    .option('--since <duration>', 'how far back; all of a build, else 1h by default', age)
    .option('--follow', 'go on with new lines; of a build until its end, else until Ctrl-C')
    .action(async (environment: string, { follow = false, ...options }: LogsOptions) => {
      const account = await cli.open(options);
      const { source, from, title, isOver, isOf } = await sourceOf(account, environment, options, cli.now());
      if (!options.json) cli.err.write(`${title}\n`);
      const reader = new LogReader(account.logs, source, from);
      let count = 0;
      const print = (line: LogLine) => {
        if (isOf && !isOf(line.message)) return;
        count += 1;
        if (options.json) return sayJson(cli, { at: new Date(line.at).toISOString(), message: line.message });
        return say(
          cli,
          options.service || options.check
            ? `${clock(new Date(line.at))}  ${visible(line.message)}`
            : visible(line.message),
        );
      };
      await readAll(reader, print);
      if (reader.isMissing && !follow) throw new CommandError(missing(source, options));
      while (follow && !cli.signal.aborted) {
        // A build that was over before the read has written all of its lines.
        const wasOver = await isOver();
        await cli.sleep(LOOK_EVERY_MS);
        await readAll(reader, print);
        if (wasOver) return;
      }
      if (follow) return cli.exit(EXIT.interrupted);
      if (count === 0) cli.err.write(`no lines in ${source.group} since ${span(cli.now() - from)} ago\n`);
      if (reader.isCut) cli.err.write('there are more lines than can be read at once: give a shorter --since\n');
    });
}

function missing({ group }: LogSource, { check }: LogsOptions): string {
  const why = check
    ? `this stack has no check "${check}", or was deployed without it`
    : 'nothing has written to it, or somebody deleted it';
  return `there is no log group ${group}: ${why}`;
}

async function readAll(reader: LogReader, print: (line: LogLine) => void): Promise<void> {
  for await (const lines of reader.read()) for (const line of lines) print(line);
}

interface Found {
  source: LogSource;
  /** The time is in milliseconds since the epoch. */
  from: number;
  title: string;
  /** Returns whether a line belongs to the environment. The function is absent when all lines do. */
  isOf?: (message: string) => boolean;
  /** Returns whether no more lines will be written. */
  isOver(): Promise<boolean>;
}

async function sourceOf(
  account: OperatorAccount,
  named: string,
  { build, service, check, since }: LogsOptions,
  now: number,
): Promise<Found> {
  const from = now - (since ?? HOUR_MS);
  const isOver = async () => false;
  if (service) {
    const group = groupOf(await loadRecord(account, named), service);
    return { source: { group }, from, title: `${service} of ${named}: ${group}`, isOver };
  }
  if (check) {
    if (!checkName.safeParse(check).success) throw new CommandError(`--check "${check}": must be the name of a check`);
    const { environment } = await loadRecord(account, named);
    const group = `/aws/lambda/runbook-check-${check}`;
    // An environment's name has no character with a special meaning in a pattern.
    const pattern = `{ $.environment = "${environment}" }`;
    // The emulator's search does not support JSON.
    const isOf = (message: string) => {
      const line = parse(message);
      return isObject(line) && line.environment === environment;
    };
    return { source: { group, pattern }, from, title: `check ${check} of ${named}: ${group}`, isOver, isOf };
  }
  const found = await buildOf(account, named, build);
  return {
    source: found.log,
    from: since === undefined ? found.startedAt : Math.max(found.startedAt, from),
    title: `build ${found.id}, ${found.status}: ${found.log.group} ${found.log.stream}`,
    isOver: async () => (await describeBuild(account, found.id))?.isOver ?? true,
  };
}

async function buildOf(account: OperatorAccount, named: string, asked: string | true | undefined): Promise<BuildView> {
  if (typeof asked === 'string' && !BUILD_ID.test(asked)) {
    throw new CommandError(`--build "${asked}": must be the id of a build, such as runbook-terraform:5633206f-…`);
  }
  const execution = await executionOf(account, named);
  const id = typeof asked === 'string' ? asked : await lastBuildOf(account, execution);
  if (!id)
    throw new CommandError(
      `${execution} has started no build: see the runs of all machines with "npx runbook history"`,
    );
  const build = await describeBuild(account, id);
  if (build) return build;
  throw new CommandError(`build "${id}" is not known here: CodeBuild forgets a build after a year`);
}

function groupOf({ environment, outputs }: EnvironmentRecord, service: 'api' | 'worker'): string {
  const group = outputs?.[`log_group_${service}`];
  if (group) return group;
  throw new CommandError(
    `environment "${environment}" has no output log_group_${service}: it has no such service, or was not provisioned to its end`,
  );
}

function age(value: string): number {
  const ms = parseDuration(value);
  if (ms !== undefined && ms > 0) return ms;
  throw new InvalidArgumentError('must be a duration, such as 90min, 4h or 3d');
}
