/** The longest name that an environment can have. */
export const LONGEST = 'feature-checkout-2030';
