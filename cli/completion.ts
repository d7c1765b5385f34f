import type { Argument, Command, Option } from 'commander';

/** This module creates the scripts by which shells complete the command line, from the program itself. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** @param program the program with every command */
export function completionScript(shell: Shell, program: Command): string {
  const make = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell];
  return make(describe(program));
}

interface Described {
  program: string;
  /** These are the options of every command. */
  common: readonly Option[];
  commands: readonly {
    name: string;
    what: string;
    options: readonly Option[];
    /** These are the possible arguments, where they are known. */
    words: readonly string[];
  }[];
}

function describe(program: Command): Described {
  return {
    program: program.name(),
    common: program.options,
    commands: program.commands.map((command) => ({
      name: command.name(),
      what: command.description(),
      options: command.options,
      words: command.registeredArguments.flatMap(({ argChoices }: Argument) => argChoices ?? []),
    })),
  };
}

const flags = (options: readonly Option[]): string[] => options.flatMap(({ long, short }) => long ?? short ?? []);
const takesValue = ({ required, optional }: Option): boolean => required || optional;
/** Quotes a text with single quotes of a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function bashScript({ program, common, commands }: Described): string {
  const names = commands.map(({ name }) => name);
  const shared = [...flags(common), '--help'];
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap(({ long, argChoices }) =>
      argChoices ? [`    ${name}:${long}) words=${quoted(argChoices.join(' '))} ;;`] : [],
    ),
  );
  return `# eval "$(npx ${program} completion bash)"
_${program}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case $word in ${names.join(' | ')}) command=$word && break ;; esac
  done
  case $command in
    '') words=${quoted([...names, ...shared].join(' '))} ;;
${commands.map(({ name, options, words }) => `    ${name}) words=${quoted([...words, ...flags(options), ...shared].join(' '))} ;;`).join('\n')}
  esac
  case $command:$previous in
${values.join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _${program} ${program}
`;
}

function zshScript({ program, common, commands }: Described): string {
  const inBrackets = (text: string) => text.replaceAll(/[[\]\\:]/g, '\\$&');
  const spec = (option: Option) => {
    const { long, short, description, argChoices } = option;
    const value = takesValue(option) ? `:${argChoices ? `value:(${argChoices.join(' ')})` : 'value:_files'}` : '';
    return quoted(`${long ?? short}[${inBrackets(description)}]${value}`);
  };
  const of = ({ name, options, words }: Described['commands'][number]) => {
    const specs = [...options, ...common].map(spec);
    const rest = words.length > 0 ? [quoted(`*:argument:(${words.join(' ')})`)] : [];
    return `    ${name}) _arguments ${[...specs, quoted('--help[show the help]'), ...rest].join(' ')} ;;`;
  };
  return `#compdef ${program}
# eval "$(npx ${program} completion zsh)"
_${program}() {
  local -a commands
  commands=(
${commands.map(({ name, what }) => `    ${quoted(`${name}:${what}`)}`).join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
${commands.map(of).join('\n')}
  esac
}
compdef _${program} ${program}
`;
}

function fishScript({ program, common, commands }: Described): string {
  const option = (condition: string, { long = '', description, argChoices, ...rest }: Option) => {
    const value = takesValue(rest as Option) ? ` -r${argChoices ? ` -f -a ${quoted(argChoices.join(' '))}` : ''}` : '';
    return `complete -c ${program}${condition} -l ${long.replace(/^--/, '')}${value} -d ${quoted(description)}`;
  };
  return [
    `# npx ${program} completion fish | source`,
    `complete -c ${program} -f`,
    ...common.map((one) => option('', one)),
    ...commands.flatMap(({ name, what, options, words }) => {
      const within = ` -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
      return [
        `complete -c ${program} -n __fish_use_subcommand -a ${name} -d ${quoted(what)}`,
        ...(words.length > 0 ? [`complete -c ${program}${within} -a ${quoted(words.join(' '))}`] : []),
        ...options.map((one) => option(within, one)),
      ];
    }),
    '',
  ].join('\n');
}
