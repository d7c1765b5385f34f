import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** PostgreSQL runs as this account. It refuses to run as root, as RDS would. */
export interface Account {
  uid?: number;
  gid?: number;
}

/** The account is PostgreSQL's own user where there is one, else one that owns nothing. */
const UNPRIVILEGED = ['postgres', 'nobody'];

/** Returns the caller's account, unless that is root. @throws when no other user exists */
export function databaseAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of UNPRIVILEGED) {
    const user = users.find(([login]) => login === name);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new Error(`PostgreSQL does not run as root, and there is no user ${UNPRIVILEGED.join(' or ')}`);
}

/**
 * Creates a folder that belongs to the account: under the lab's directory where the account can reach it, else a
 * temporary one. The caller deletes it.
 */
export function databaseHome(directory: string, account: Account): string {
  if (account.uid === undefined) {
    const home = join(directory, 'rds');
    mkdirSync(home, { recursive: true });
    return home;
  }
  // The lab's directory is private; others may pass through it, but not list it.
  chmodSync(directory, statSync(directory).mode | 0o011);
  const base = isReachable(directory) ? directory : tmpdir();
  const home = mkdtempSync(join(base, 'rds-'));
  give(home, account);
  return home;
}

/**
 * Returns the folder with PostgreSQL's programs, copied into `home` where the account cannot reach it (root's own
 * checkout).
 */
export function reachableBinaries(binaries: string, home: string, account: Account): string {
  if (account.uid === undefined || isReachable(binaries)) return binaries;
  const copy = join(home, 'postgresql');
  cpSync(dirname(binaries), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

export function give(path: string, account: Account): void {
  if (account.uid !== undefined && account.gid !== undefined) chownSync(path, account.uid, account.gid);
}

/** Returns whether everybody may pass through every folder of the path. */
function isReachable(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
