/** The same promise for every caller, a rejected one too. */
export function once<T>(get: () => Promise<T>): () => Promise<T> {
  let promise: Promise<T> | undefined;
  return () => {
    promise ??= get();
    return promise;
  };
}
