/**
 * The module is loaded with `--import` into every Node process that the lab starts, so that the process runs in the
 * lab's imagined network without any change: names and addresses of LAB_HOSTS_FILE (see ../dns.ts) are resolved and
 * dialled as on AWS, and LAB_PORT_MAP (`{"8080": 43121}`) has the port on which a container port really listens, on the
 * task's own loopback too. It is plain JavaScript without dependencies, because every cold start pays for it.
 */
import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const LOOPBACK = '127.0.0.1';
const WILDCARDS = new Set([undefined, null, '', '0.0.0.0', '::']);
const hostsFile = process.env.LAB_HOSTS_FILE;
const portMap = JSON.parse(process.env.LAB_PORT_MAP || '{}');
// The lab's own endpoint is at the machine's loopback, and stays there.
const labPort = process.env.AWS_ENDPOINT_URL ? Number(new URL(process.env.AWS_ENDPOINT_URL).port) : 0;

/** Returns the real port of a port of the task's own loopback. */
function ownPort(host, port) {
  const isLoopback = host === undefined || host === LOOPBACK || host === 'localhost';
  return isLoopback && Number(port) !== labPort ? portMap[port] : undefined;
}

/** Returns a host of the imagined network by its name or address. The file is read anew each time: hosts change. */
function knownHost(nameOrAddress) {
  if (!hostsFile || typeof nameOrAddress !== 'string' || nameOrAddress === LOOPBACK || nameOrAddress === 'localhost') {
    return undefined;
  }
  const wanted = nameOrAddress.toLowerCase().replace(/\.$/, '');
  let hosts;
  try {
    hosts = JSON.parse(readFileSync(hostsFile, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
  for (const [name, host] of Object.entries(hosts)) {
    if (host.address === wanted || name.toLowerCase() === wanted) return host;
  }
  return undefined;
}

/** The callers see the same function: util.promisify reads hints from its properties. */
function replace(owner, name, make) {
  const original = owner[name];
  const replacement = make(original);
  Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
  owner[name] = replacement;
}

const familyOf = (options) => (typeof options === 'number' ? options : options?.family);
const wantsIPv6 = (options) => familyOf(options) === 6 || familyOf(options) === 'IPv6';

replace(
  dns,
  'lookup',
  (lookup) =>
    function (...args) {
      const [hostname, options, callback] = args;
      const done = typeof options === 'function' ? options : callback;
      const host = net.isIP(hostname) || wantsIPv6(options) ? undefined : knownHost(hostname);
      if (!host) return lookup.apply(this, args);
      const answer = options?.all ? [[{ address: host.address, family: 4 }]] : [host.address, 4];
      process.nextTick(done, null, ...answer);
      return {};
    },
);

replace(
  dns.promises,
  'lookup',
  (lookup) =>
    async function (...args) {
      const [hostname, options] = args;
      const host = net.isIP(hostname) || wantsIPv6(options) ? undefined : knownHost(hostname);
      if (!host) return lookup.apply(this, args);
      const answer = { address: host.address, family: 4 };
      return options?.all ? [answer] : answer;
    },
);

function refused(address, port) {
  return Object.assign(new Error(`connect ECONNREFUSED ${address}:${port}`), {
    errno: -111,
    code: 'ECONNREFUSED',
    syscall: 'connect',
    address,
    port: Number(port),
  });
}

replace(
  net.Socket.prototype,
  'connect',
  (connect) =>
    function (...args) {
      const [options, onConnect] = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args);
      const own = options.path ? undefined : ownPort(options.host, options.port);
      if (own) return connect.call(this, { ...options, host: LOOPBACK, port: own }, onConnect ?? undefined);
      const host = options.path ? undefined : knownHost(options.host);
      if (!host) return connect.apply(this, args);
      const port = host.ports[options.port];
      const redirected =
        port === undefined
          ? // Node itself turns a failed lookup into the events of a failed connection.
            {
              ...options,
              host: 'refused.invalid',
              lookup: (_name, _options, done) => done(refused(host.address, options.port)),
            }
          : { ...options, host: LOOPBACK, port };
      // The options are a copy, because TLS verifies the certificate against the name in the caller's own options.
      return connect.call(this, redirected, onConnect ?? undefined);
    },
);

replace(
  net.Server.prototype,
  'listen',
  (listen) =>
    function (...args) {
      const [options, onListening] = net._normalizeArgs(args);
      const anyPort = args[0] == null || typeof args[0] === 'function';
      const toPort = anyPort || (options.port !== undefined && !options.path);
      const own = toPort ? ownPort(options.host ?? '', options.port) : undefined;
      if (own) return listen.call(this, { ...options, host: LOOPBACK, port: own }, onListening ?? undefined);
      if (!toPort || !WILDCARDS.has(options.host)) return listen.apply(this, args);
      const port = anyPort ? 0 : options.port;
      const local = { ...options, host: LOOPBACK, port: portMap[port] ?? port };
      return listen.call(this, local, onListening ?? undefined);
    },
);

syncBuiltinESMExports();
