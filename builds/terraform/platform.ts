const SYSTEMS: Partial<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };
const MACHINES: Partial<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/**
 * The name is HashiCorp's for this machine: `linux_arm64`. A machine that HashiCorp does not name is in no list of
 * checksums.
 */
export const PLATFORM = `${SYSTEMS[process.platform] ?? process.platform}_${MACHINES[process.arch] ?? process.arch}`;
