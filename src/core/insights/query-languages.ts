// The languages that queries of logs are written in; all of them become the same tree.
import { parsePplQuery } from "./opensearch/parse-ppl.ts";
import { parseSqlQuery } from "./opensearch/parse-sql.ts";
import { parseInsightsQuery } from "./parse-query.ts";
import type { Query } from "./query-tree.ts";

const parsers = { CWLI: parseInsightsQuery, PPL: parsePplQuery, SQL: parseSqlQuery } as const;

export type QueryLanguage = keyof typeof parsers;

/** @throws InsightsQueryError with what is wrong and where. */
export function parseQuery(text: string, language: QueryLanguage): Query {
  return parsers[language](text);
}
