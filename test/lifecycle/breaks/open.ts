import { join } from 'node:path';
import type { EcsFaults, LabEcs } from '../../../lab/ecs/ecs.ts';
import type { LabServiceFactory } from '../../../lab/service.ts';
import { servicesWithIam } from '../../../lab/services.ts';
import { Account } from '../support.ts';
import { Interceptor } from './interception.ts';
import { Platform } from './platform.ts';

export const ENVIRONMENT = 'breaks';

/** A lab with the product and one environment, in which everything can be broken. */
export async function openBreakable(): Promise<{ account: Account; platform: Platform }> {
  const interceptor = new Interceptor();
  let faults: EcsFaults | undefined;
  const watched: LabServiceFactory[] = servicesWithIam.map((factory) => (context) => {
    const service = factory(context);
    if ('faults' in service) faults = (service as LabEcs).faults;
    return service;
  });
  const account = await Account.open({
    services: [() => interceptor, ...watched],
    config: join(import.meta.dirname, 'config.ts'),
  });
  try {
    const { status, cause } = await account.run('provision', { environment: ENVIRONMENT });
    if (status !== 'SUCCEEDED') throw new Error(`provision ${status}: ${cause}`);
    const ecs = () => {
      if (!faults) throw new Error('no service of the lab has faults');
      return faults;
    };
    return { account, platform: await Platform.of(account, ENVIRONMENT, { ecs, interceptor }) };
  } catch (error) {
    await account.close();
    throw error;
  }
}
