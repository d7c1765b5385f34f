/** Formats an amount. Two decimals are too few for the price of an hour. */
export function money(usd: number): string {
  return `$${usd.toFixed(usd >= 1 ? 2 : usd >= 0.01 || usd === 0 ? 3 : 5)}`;
}
