import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { LabContext } from '../context.ts';

export interface TaskInterface {
  privateIPv4Address: string;
  subnetId: string;
  availabilityZone: string;
  macAddress: string;
  networkInterfaceId: string;
  attachmentId: string;
}

interface Subnet {
  cidr: string;
  availabilityZone: string;
}

/**
 * AWS keeps the first four addresses of a subnet; load balancers and databases of the lab stay below this number too.
 */
const FIRST_HOST = 100;

/** Assigns addresses of subnets to tasks. Two tasks that exist at the same time never share one. */
export class TaskNetwork {
  readonly #context: LabContext;
  readonly #taken = new Set<string>();
  readonly #subnets = new Map<string, Subnet>();
  readonly #next = new Map<string, number>();
  #turn = 0;

  constructor(context: LabContext) {
    this.#context = context;
  }

  /**
   * Attaches an interface in one of the subnets, in turn, so that tasks spread over availability zones.
   * @throws Error with EC2's message when the subnet does not exist
   */
  async attach(subnetIds: readonly string[]): Promise<TaskInterface> {
    const subnetId = subnetIds[this.#turn++ % Math.max(1, subnetIds.length)];
    if (!subnetId) throw new Error('No subnets in the network configuration.');
    const subnet = await this.#subnet(subnetId);
    const address = this.#address(subnetId, subnet.cidr);
    this.#taken.add(address);
    const id = crypto.randomUUID();
    return {
      privateIPv4Address: address,
      subnetId,
      availabilityZone: subnet.availabilityZone,
      macAddress: `0a:${id.slice(0, 10).replace('-', '').match(/../g)?.join(':')}`,
      networkInterfaceId: `eni-0${id.replaceAll('-', '').slice(0, 16)}`,
      attachmentId: id,
    };
  }

  release(address: string): void {
    this.#taken.delete(address);
    this.#context.dns.delete(address);
  }

  #address(subnetId: string, cidr: string): string {
    const size = 2 ** (32 - Number(cidr.split('/')[1] ?? 32));
    const first = Math.min(FIRST_HOST, Math.max(4, size >> 1));
    for (let tried = 0; tried < size; tried++) {
      const offset = this.#next.get(subnetId) ?? first;
      this.#next.set(subnetId, offset + 1 >= size - 1 ? first : offset + 1);
      const address = addressAt(cidr, offset);
      if (!this.#taken.has(address)) return address;
    }
    throw new Error(`insufficient IP addresses in subnet ${subnetId}`);
  }

  async #subnet(subnetId: string): Promise<Subnet> {
    const known = this.#subnets.get(subnetId);
    if (known) return known;
    const ec2 = new EC2Client(this.#context.emulator);
    try {
      const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
      const subnet = { cidr: Subnets?.[0]?.CidrBlock ?? '', availabilityZone: Subnets?.[0]?.AvailabilityZone ?? '' };
      this.#subnets.set(subnetId, subnet);
      return subnet;
    } finally {
      ec2.destroy();
    }
  }
}

/** Returns the address at an offset from the start of a CIDR block. */
export function addressAt(cidr: string, offset: number): string {
  const base = cidr
    .split('/')[0]
    ?.split('.')
    .reduce((sum, part) => sum * 256 + Number(part), 0);
  const value = (base ?? 0) + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
