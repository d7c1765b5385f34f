import { join } from 'node:path';
import { type Machine, thisMachine } from './machine.ts';

/** The plug-in was written against this version of moto; others may lack what it changes. */
export const MOTO_VERSION = '5.2.1';

export interface PythonWithMoto {
  /** The path is that of the interpreter itself, never a shim: it is started many times. */
  python: string;
  moto: string;
}

export const MOTO_REQUIREMENT = `moto[server]==${MOTO_VERSION}`;
const PIP_INSTALL = ['-m', 'pip', 'install', '--quiet', MOTO_REQUIREMENT];
const INSTALL_TIMEOUT_MS = 300_000;
export const MOTO_FIX = `Install Python 3.10 or newer and run: python3 -m pip install '${MOTO_REQUIREMENT}'`;

// The probe finds the distribution without importing it: importing moto takes a second.
const PROBE = [
  'import sys, importlib.util as u, importlib.metadata as m',
  'print(sys.executable, m.version("moto") if u.find_spec("moto") and u.find_spec("flask") else "", sep="\\n")',
].join('\n');

/**
 * Returns a Python that has moto's server: the project's own environment, `python3`, or the one behind `moto_server`.
 */
export async function findMoto(machine: Machine, projectRoot: string): Promise<PythonWithMoto | undefined> {
  const own = await probe(machine, ownPython(projectRoot));
  if (own) return own;
  const python3 = (await machine.which('python3')) ?? (await machine.which('python'));
  const found = python3 ? await probe(machine, python3) : undefined;
  if (found) return found;
  const interpreter = await shebang(machine, await machine.which('moto_server'));
  return interpreter ? probe(machine, interpreter) : undefined;
}

/** Returns the interpreter of the virtual environment that the project creates for itself. */
export function ownPython(projectRoot: string): string {
  return join(projectRoot, '.lab', 'venv', 'bin', 'python');
}

async function probe(machine: Machine, python: string): Promise<PythonWithMoto | undefined> {
  const [executable, moto] = ((await machine.run(python, ['-c', PROBE])) ?? '').split('\n');
  return executable && moto ? { python: executable, moto } : undefined;
}

async function shebang(machine: Machine, script: string | undefined): Promise<string | undefined> {
  const first = script ? (await machine.read(script))?.split('\n', 1)[0] : undefined;
  const interpreter = first?.match(/^#!\s*(\S*python\S*)/)?.[1];
  return interpreter;
}

/**
 * Returns the Python to start moto with. Where the machine has none with moto, a virtual environment of the project's
 * own is created in `.lab/venv`, which takes a minute and needs a package index.
 * @throws with the manual steps when that fails
 */
export async function pythonWithMoto(projectRoot: string, machine: Machine = thisMachine): Promise<string> {
  const found = await findMoto(machine, projectRoot);
  if (found) return found.python;
  const venv = join(projectRoot, '.lab', 'venv');
  const python3 = await machine.which('python3');
  const made =
    python3 !== undefined &&
    (await machine.run(python3, ['-m', 'venv', venv], INSTALL_TIMEOUT_MS)) !== undefined &&
    (await machine.run(ownPython(projectRoot), PIP_INSTALL, INSTALL_TIMEOUT_MS)) !== undefined;
  const installed = made ? await findMoto(machine, projectRoot) : undefined;
  if (installed) return installed.python;
  throw new Error(`moto is missing and could not be installed into ${venv}. ${MOTO_FIX}`);
}
