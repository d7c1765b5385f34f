/** What a check of a team's own is made of. See docs/adr/0017-a-stack-of-your-own.md and examples/document-intake. */

export { clientConfig } from './adapters/client-config.ts';
export { conclude, type Observation } from './checks/conclude.ts';
export { systemClock } from './shared/clock.ts';
export type { Conclusion } from './shared/contracts.ts';
export { lookTwice } from './shared/look-twice.ts';
export { ownCheck, type Target } from './shared/validator.ts';
