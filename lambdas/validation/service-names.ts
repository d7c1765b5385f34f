import { InputError } from '../runtime/errors.ts';

/**
 * Names of the services, by the outputs that have them.
 * @throws {InputError} naming an output that is not there
 */
export function serviceNames(services: readonly string[], outputs: Readonly<Record<string, unknown>>): string[] {
  return services.map((service) => {
    const name = outputs[service];
    if (typeof name === 'string' && name !== '') return name;
    throw new InputError(`there is no Terraform output ${service}, which names an ECS service`);
  });
}
