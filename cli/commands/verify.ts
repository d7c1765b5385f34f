import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { GetPublicKeyCommand, NotFoundException } from '@aws-sdk/client-kms';
import type { Command } from 'commander';
import { CERTIFICATE_KEY_ALIAS } from '../../lambdas/contracts/deployed-names.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { checkCertificate, pemOf, publicKeyOf } from '../verify-certificate.ts';
import { notDeployed, type OperatorAccount } from './account.ts';
import { CommandError, EXIT } from './command-error.ts';

interface VerifyOptions extends Common {
  key?: string;
  printKey?: true;
}

export function addVerify(program: Command, cli: Cli): void {
  command(program, 'verify [file]', 'check that nobody has changed a certificate since it was signed')
    .option('--key <file>', 'public key to check it by, without AWS; that of the account by default')
    .option('--print-key', 'print the public key of the account, to be published')
    .action(async (file: string | undefined, { key: keyFile, printKey, ...options }: VerifyOptions) => {
      if (file === undefined && !printKey)
        throw new CommandError('which certificate is not said', 'give certificate.json, or --print-key');
      const key = keyFile ? await keyIn(keyFile) : await keyOf(await cli.open(options));
      if (printKey) {
        if (options.json) return sayJson(cli, { publicKey: pemOf(key) });
        return say(cli, pemOf(key).trimEnd());
      }
      const checked = checkCertificate(await textOf(file ?? ''), key);
      if (!checked.valid) cli.exit(EXIT.failed);
      if (options.json) {
        const { environment, run, verdict, at } = checked.valid ? checked.certificate : {};
        return sayJson(cli, checked.valid ? { valid: true, environment, run, verdict, at } : { file, ...checked });
      }
      if (!checked.valid) return say(cli, `✗ ${file} cannot be trusted: ${checked.why}`);
      const { environment, run, verdict, at } = checked.certificate;
      return say(cli, `✓ unchanged since it was signed: ${environment} ${verdict} at ${at} (run ${run})`);
    });
}

async function keyOf(account: OperatorAccount): Promise<KeyObject> {
  try {
    const { PublicKey } = await account.kms.send(new GetPublicKeyCommand({ KeyId: CERTIFICATE_KEY_ALIAS }));
    return publicKeyOf(PublicKey ?? new Uint8Array());
  } catch (error) {
    throw error instanceof NotFoundException ? notDeployed(`key ${CERTIFICATE_KEY_ALIAS}`, account) : error;
  }
}

async function keyIn(file: string): Promise<KeyObject> {
  try {
    return publicKeyOf(await textOf(file));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${file} is no public key in PEM`, 'npx runbook verify --print-key prints it');
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new CommandError(`${file} cannot be read`);
  }
}
