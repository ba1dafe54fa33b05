// What queries answer of events that have just been stored.
import { compileInsightsQuery, type CompiledQuery } from "../../src/core/insights/compile-query.ts";
import { parseQuery } from "../../src/core/insights/query-languages.ts";
import type { Telemetry } from "../../src/storage/telemetry.ts";

export interface OpenSearchQuestion {
  readonly language: "PPL" | "SQL";
  readonly text: string;
  readonly group: { readonly id: number; readonly name: string };
  /** The first instant of the day that is asked about, in epoch milliseconds. */
  readonly startAt: number;
}

export async function openSearchAnswers(
  telemetry: Telemetry,
  { language, text, group: { id, name }, startAt }: OpenSearchQuestion,
): Promise<readonly Record<string, string>[]> {
  const group = { id, account: "1", name, visibleFrom: 0 };
  const compiled = compileInsightsQuery(parseQuery(text, language), {
    logGroups: [group],
    streams: [],
    from: 0,
    to: startAt + 86_400_000,
    now: startAt,
    limit: 1_000,
    takeOnce: false,
    regexProblem: () => undefined,
    groupsOfSource: () => [group],
    lookupTables: new Map(),
  });
  return answersTo(telemetry, compiled);
}

/** The rows by the names of their columns, without what is null and without `@ptr`. */
export async function answersTo(
  telemetry: Telemetry,
  compiled: CompiledQuery,
): Promise<readonly Record<string, string>[]> {
  const found = await telemetry.query<Record<string, string | null>>(compiled.statement);
  return found.map((one) =>
    Object.fromEntries(
      compiled.columns.flatMap((column, index) => {
        const value = one[`r${index}`];
        return value === null || value === undefined || column === "@ptr" ? [] : [[column, value]];
      }),
    ),
  );
}
