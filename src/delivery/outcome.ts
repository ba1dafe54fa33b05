// What came of an attempt to deliver something.

export type DeliveryOutcome =
  | { readonly kind: "arrived"; readonly detail: string }
  /** `isFinal` when another attempt would end the same way. */
  | { readonly kind: "failed"; readonly detail: string; readonly isFinal: boolean };

export function arrived(detail: string): DeliveryOutcome {
  return { kind: "arrived", detail };
}

/** It may arrive another time. */
export function failed(detail: string): DeliveryOutcome {
  return { kind: "failed", detail, isFinal: false };
}

/** It never will arrive. */
export function refused(detail: string): DeliveryOutcome {
  return { kind: "failed", detail, isFinal: true };
}

/** The words of an error and of what caused it, which says more where the network is concerned. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const isTold = cause instanceof Error && cause.message !== "";
  return isTold ? `${error.message}: ${cause.message}` : error.message;
}
