import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CommandFailure, type Say } from '../report.ts';

/**
 * @param input the text of Docker's standard input
 * @throws CommandFailure when Docker fails; its reasons are among the lines
 */
export async function docker(args: string[], onLine: Say, input = ''): Promise<void> {
  const child = spawn('docker', args, {
    // Each tag gets one plain manifest: with attestations the tag would name an index, which ECR keeps as three images.
    env: { ...process.env, BUILDX_NO_DEFAULT_ATTESTATIONS: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A Docker that ends without reading reports the reason itself.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const read = [child.stdout, child.stderr].map(async (stream) => {
    for await (const line of createInterface({ input: stream })) onLine(line);
  });
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  await Promise.all(read);
  if (status !== 0) throw new CommandFailure(`docker ${args[0]}`, status);
}
