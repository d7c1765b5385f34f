/** The error has the registry's refusal in the words that docker prints. */
export class RegistryError extends Error {}

export interface Reference {
  /** The form is `123456789012.dkr.ecr.eu-west-1.amazonaws.com`. */
  registry: string;
  accountId: string;
  region: string;
  repository: string;
  tag: string;
}

const ECR = /^((\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com)\/([a-z0-9._/-]+)(?::([\w.-]+))?$/;

/** @throws RegistryError for an image that is not in ECR */
export function parseReference(name: string): Reference {
  const [, registry, accountId, region, repository, tag = 'latest'] = ECR.exec(name) ?? [];
  if (!registry || !accountId || !region || !repository) {
    throw new RegistryError(`${name}: the lab has no registry but ECR`);
  }
  return { registry, accountId, region, repository, tag };
}

/** `name` without a tag is `name:latest`. */
export function withTag(name: string): string {
  return /:[\w.-]+$/.test(name) ? name : `${name}:latest`;
}
