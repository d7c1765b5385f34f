/** A service answered something that its API does not allow. Never read as "nothing there". */
export class UnexpectedResponseError extends Error {
  override readonly name = 'UnexpectedResponseError';
}
