/** Returns the same promise to every caller, also a rejected one. */
export function once<T>(get: () => Promise<T>): () => Promise<T> {
  let promise: Promise<T> | undefined;
  return () => {
    promise ??= get();
    return promise;
  };
}
