/** A service answered something that its API does not allow. Never read as "nothing there". */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}
