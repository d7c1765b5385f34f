/** What a check of a team's own is made of. See docs/adr/0017-a-stack-of-your-own.md and examples/document-intake. */

export { clientConfig } from './adapters/client-config.ts';
export { conclude, type Observation } from './checks/conclude.ts';
export type { Conclusion } from './shared/contracts.ts';
export { ownCheck, type Target } from './shared/validator.ts';
