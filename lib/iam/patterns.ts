/** IAM patterns of the names that environments' resources have. */

/** `order-platform-{environment}-v3` → `order-platform-*-v3`. */
export function nameGlob(namePattern: string): string {
  return namePattern.replace('{environment}', '*');
}

/** `order-platform-{environment}-v3` → `order-platform-*`, for names that may have been shortened behind their head. */
export function headGlob(namePattern: string): string {
  return `${namePattern.slice(0, namePattern.indexOf('{'))}*`;
}
