// Work that begins at once, outside of an async function.

/**
 * An async function holds on to what it was called with until it ends. What it is called with here is let go
 * when the work has begun; what the work throws then is a rejection all the same.
 */
export function begin<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}
