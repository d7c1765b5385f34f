/**
 * A team imports this module to write a custom check. See docs/adr/0017-a-stack-of-your-own.md and
 * examples/document-intake.
 */

export { clientConfig } from './aws/client-config.ts';
export type { Conclusion } from './contracts/contracts.ts';
export { systemClock } from './runtime/clock.ts';
export { lookTwice } from './runtime/observe-twice.ts';
export { customCheck, type Target } from './runtime/validator.ts';
export { conclude, type Observation } from './validation/checks/conclude.ts';
