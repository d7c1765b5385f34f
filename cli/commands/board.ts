import { type Command, InvalidArgumentError } from 'commander';
import { serveBoard } from '../board-server.ts';
import { type Cli, type Common, command, say, sayJson, wholeNumber } from '../cli.ts';
import { CommandError } from './command-error.ts';

interface BoardOptions extends Common {
  open?: boolean;
  port?: number;
}

export function addBoard(program: Command, cli: Cli): void {
  command(program, 'board', 'serve the board of all environments on this machine, until Ctrl-C')
    .option('--open', 'show it in the browser')
    .option('--port <number>', 'where; a free port by default', port)
    .action(async ({ open, port: asked, ...options }: BoardOptions) => {
      const account = await cli.open(options);
      const served = await serveBoard(account, asked).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') throw error;
        throw new CommandError(`port ${asked} is in use: give another --port, or none for a free one`);
      });
      try {
        if (options.json) sayJson(cli, { url: served.address });
        else say(cli, served.address);
        if (open) cli.show(served.address);
        cli.err.write('The board is served until Ctrl-C.\n');
        if (!cli.signal.aborted) {
          await new Promise((resolve) => cli.signal.addEventListener('abort', resolve, { once: true }));
        }
      } finally {
        await served.close();
      }
    });
}

function port(value: string): number {
  const number = wholeNumber(value);
  if (number > 0 && number < 65_536) return number;
  throw new InvalidArgumentError('must be a port number');
}
