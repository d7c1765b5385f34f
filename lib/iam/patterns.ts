/** This module contains IAM patterns of the names of environments' resources. */

/** Returns `order-platform-*-v3` for `order-platform-{environment}-v3`. */
export function nameGlob(namePattern: string): string {
  return namePattern.replace('{environment}', '*');
}

/**
 * Returns `order-platform-*` for `order-platform-{environment}-v3`. The pattern is for names that may have been
 * shortened after their head.
 */
export function headGlob(namePattern: string): string {
  return `${namePattern.slice(0, namePattern.indexOf('{'))}*`;
}
