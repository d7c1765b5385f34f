/** A service answered something that its API does not allow. The answer never means "nothing exists". */
export class UnexpectedResponseError extends Error {
  override readonly name = 'UnexpectedResponseError';
}
