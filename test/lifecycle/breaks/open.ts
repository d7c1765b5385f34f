import { join } from 'node:path';
import type { EcsFaults, LabEcs } from '../../../lab/ecs/ecs.ts';
import { FreshAccount } from '../../../lab/iam/fresh-account.ts';
import type { LabServiceFactory } from '../../../lab/service.ts';
import { servicesWithIam } from '../../../lab/services.ts';
import { Account } from '../support.ts';
import { Interceptor } from './interception.ts';
import { Platform } from './platform.ts';

export const ENVIRONMENT = 'breaks';

/** IAM takes this time on most days. The definitions of tasks wait for the database, which takes longer. */
const SETTLE_MS = 8_000;

/**
 * Opens a lab with the product and one environment, in which everything can be broken. The environment is the first of
 * its account, in which a new resource is not visible everywhere at once.
 */
export async function openBreakable(): Promise<{ account: Account; platform: Platform; fresh: FreshAccount }> {
  const interceptor = new Interceptor();
  let fresh: FreshAccount | undefined;
  let faults: EcsFaults | undefined;
  const watched: LabServiceFactory[] = servicesWithIam.map((factory) => (context) => {
    const service = factory(context);
    if ('faults' in service) faults = (service as LabEcs).faults;
    return service;
  });
  const account = await Account.open({
    services: [
      () => interceptor,
      (context) => {
        fresh = new FreshAccount(context, { settleMs: 0 });
        return fresh;
      },
      ...watched,
    ],
    config: join(import.meta.dirname, 'config.ts'),
  });
  if (fresh) fresh.settleMs = SETTLE_MS;
  try {
    const { status, cause } = await account.run('provision', { environment: ENVIRONMENT });
    if (status !== 'SUCCEEDED') throw new Error(`provision ${status}: ${cause}`);
    const ecs = () => {
      if (!faults) throw new Error('no service of the lab has faults');
      return faults;
    };
    if (!fresh) throw new Error('the lab was opened without its fresh account');
    return { account, fresh, platform: await Platform.of(account, ENVIRONMENT, { ecs, interceptor }) };
  } catch (error) {
    await account.close();
    throw error;
  }
}
