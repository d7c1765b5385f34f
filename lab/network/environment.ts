import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LabContext } from '../context.ts';

/** The path is a URL, because NODE_OPTIONS splits at spaces and a checkout may have one in its path. */
const PRELOAD = pathToFileURL(resolve(import.meta.dirname, 'preload.mjs')).href;

/**
 * Returns the environment variables that put a Node process into the lab's imagined network.
 * @param portMap container port → port on 127.0.0.1, for a process that listens
 * @param nodeOptions the process's own NODE_OPTIONS, kept
 */
export function networkEnvironment(
  context: LabContext,
  portMap: Record<number, number> = {},
  nodeOptions = '',
): Record<string, string> {
  return {
    NODE_OPTIONS: `--import ${PRELOAD} ${nodeOptions}`.trim(),
    LAB_HOSTS_FILE: context.dns.file,
    ...(Object.keys(portMap).length > 0 ? { LAB_PORT_MAP: JSON.stringify(portMap) } : {}),
  };
}
