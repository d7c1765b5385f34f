import { resolve } from 'node:path';
import { BuildFailure, Report } from './report.ts';
import { Variables } from './variables.ts';

/**
 * CodeBuild runs this program: `node builds/run.mjs images`, or `node builds/run.mjs terraform COMMAND`. A pipeline of
 * a team's own runs `node builds/main.ts push-images`. Everything else that the program needs comes as environment
 * variables. Values for the buildspec to export are written to the file EXPORTS_FILE, if that is set.
 */
// A log that has no reader any more must not prevent the save of a state.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
const report = new Report(process.env.EXPORTS_FILE);
const [program, command = ''] = process.argv.slice(2);
// The exit ends whatever still waits: a connection that is kept, or a request whose answer is not needed.
process.exit(
  await run().then(
    () => 0,
    (error) => report.fail(error),
  ),
);

async function run(): Promise<void> {
  // The folder is that of the archive: the bundle is in a folder of it.
  process.chdir(resolve(import.meta.dirname, '..'));
  const variables = new Variables(process.env);
  if (program === 'images' || program === 'push-images') {
    const { images } = await import('./images/images.ts');
    const { imageSettings, pushSettings } = await import('./images/settings.ts');
    return images(program === 'images' ? imageSettings(variables) : pushSettings(variables), report);
  }
  if (program === 'terraform') {
    const { terraform } = await import('./terraform/terraform.ts');
    return terraform(command, variables, report);
  }
  throw new BuildFailure(`${program ?? 'nothing'} is no program of a build: images, push-images, or terraform COMMAND`);
}
