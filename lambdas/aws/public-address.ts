import { BlockList, isIPv6 } from 'node:net';

const forbidden = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  forbidden.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  forbidden.addSubnet(network, prefix, 'ipv6');
}

/**
 * Reports whether an address can belong to a load balancer on the internet: it is not private, loopback, link-local
 * (where the metadata service answers), carrier-grade NAT, multicast or reserved, by IANA's registries of
 * special-purpose addresses. An IPv6 form that embeds an IPv4 address (mapped, compatible, 6to4, NAT64, Teredo) is
 * refused or judged as that address. The documentation ranges (RFC 5737) are not routed and stay allowed, because the
 * lab's load balancers use them.
 */
export function isPublicAddress(address: string): boolean {
  return !forbidden.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
