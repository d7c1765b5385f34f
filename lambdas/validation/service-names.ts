import { InputError } from '../runtime/errors.ts';

/**
 * Returns the names of the services from the Terraform outputs that contain them.
 * @throws {InputError} with the name of a missing output
 */
export function serviceNames(services: readonly string[], outputs: Readonly<Record<string, unknown>>): string[] {
  return services.map((service) => {
    const name = outputs[service];
    if (typeof name === 'string' && name !== '') return name;
    throw new InputError(`there is no Terraform output ${service}, which names an ECS service`);
  });
}
