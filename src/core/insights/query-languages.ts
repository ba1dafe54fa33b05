// The languages that queries of logs are written in; all of them become the same tree.
import { parsePplQuery } from "./opensearch/parse-ppl.ts";
import { parseSqlQuery } from "./opensearch/parse-sql.ts";
import { parseInsightsQuery } from "./parse-query.ts";
import { InsightsQueryError } from "./query-error.ts";
import type { Query } from "./query-tree.ts";

const parsers = { CWLI: parseInsightsQuery, PPL: parsePplQuery, SQL: parseSqlQuery } as const;

export type QueryLanguage = keyof typeof parsers;

/**
 * How many queries may stand inside of one, those inside of others and those that commands become as well:
 * the engine needs ever longer for another one.
 */
const maximumQueries = 24;

/** @throws InsightsQueryError with what is wrong and where. */
export function parseQuery(text: string, language: QueryLanguage): Query {
  const query = parsers[language](text);
  if (queriesInside(query, maximumQueries + 1) > maximumQueries) {
    throw new InsightsQueryError("the query has too many queries inside", { start: 0, end: text.length });
  }
  return query;
}

/** No further than to the most that are wanted, since those of `eventstats` are doubled by each one more. */
function queriesInside(part: unknown, most: number): number {
  if (typeof part !== "object" || part === null) return 0;
  let count = 0;
  for (const inner of Object.values(part) as readonly unknown[]) {
    const isQuery = typeof inner === "object" && inner !== null && "commands" in inner;
    count += (isQuery ? 1 : 0) + queriesInside(inner, most - count);
    if (count >= most) break;
  }
  return count;
}
