// How a test reads the refusal of a call.

/** What a call that must fail answers: its error's name and message. */
export const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "accepted",
    (error: Error) => `${error.name}: ${error.message}`,
  );
