// Why a text is no PromQL expression, or why one gives no value.

/**
 * What is wrong, in Prometheus's words: `1:5: parse error: ...` for a text, where lines and columns count
 * from 1; without a place for an evaluation that fails. `position` counts UTF-16 units from the start.
 */
export class PromqlError extends Error {
  override readonly name = "PromqlError";
  readonly position: number | undefined;

  constructor(message: string, position?: number) {
    super(message);
    this.position = position;
  }
}

export function parseError(text: string, position: number, problem: string): PromqlError {
  const lines = text.slice(0, position).split("\n");
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return new PromqlError(`${lines.length}:${column}: parse error: ${problem}`, position);
}
