// From queries to what must be read for them and in which order they are computed.
import { isInsightsProblem, parseInsightsQuery } from "../insights-sql/parse.ts";
import { insightsLimits, isInsightsQuery, type InsightsQuery } from "../insights-sql/query.ts";
import { searchLimits } from "../search/expression.ts";
import { typeOf } from "./check.ts";
import { everyPart, isMathProblem, type MathExpression } from "./expression.ts";
import type { BandSubject, MathType } from "./function.ts";
import { mathFunctions } from "./functions.ts";
import type { MathMetric, MathQuery, SeriesNeed } from "./needs.ts";
import { parseMath } from "./parse.ts";

export type PlannedQuery =
  | { readonly kind: "metric"; readonly query: MathQuery; readonly metric: MathMetric }
  | {
      readonly kind: "insights";
      readonly query: MathQuery;
      readonly insights: InsightsQuery;
      readonly periodSeconds: number;
    }
  | {
      readonly kind: "math";
      readonly query: MathQuery;
      readonly expression: MathExpression;
      /** Undefined when neither the query nor what it refers to has a period. */
      readonly periodSeconds: number | undefined;
    };

/** Queries in the order of the request, the order in which they are computed, and what must be read first. */
export interface QueryPlan {
  readonly queries: readonly PlannedQuery[];
  readonly order: readonly PlannedQuery[];
  readonly needs: readonly SeriesNeed[];
  /** What each query gives. */
  readonly types: ReadonlyMap<string, MathType>;
}

/** What is wrong with the query of this id, in the words of AWS's API. */
export interface PlanProblem {
  readonly id: string;
  readonly problem: string;
}

export function isPlanProblem(outcome: QueryPlan | PlanProblem): outcome is PlanProblem {
  return "problem" in outcome;
}

/**
 * The ids are distinct and each query has a metric or an expression: the caller has seen to it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function planQueries(queries: readonly MathQuery[]): QueryPlan | PlanProblem {
  return new Planner(queries).plan();
}

class PlanError extends Error {
  readonly id: string;
  constructor(id: string, problem: string) {
    super(problem);
    this.id = id;
  }
}

const inExpression = (id: string, problem: string) =>
  new PlanError(id, `Error in expression '${id}': ${problem}`);

/** The functions that answer for metrics without naming their ids. */
const metricsFunction = "METRICS";

class Planner {
  readonly #given: readonly MathQuery[];
  readonly #byId: ReadonlyMap<string, MathQuery>;
  readonly #planned = new Map<string, PlannedQuery>();
  readonly #types = new Map<string, MathType>();
  readonly #references = new Map<string, ReadonlySet<string>>();
  readonly #needs: SeriesNeed[] = [];
  readonly #underway: string[] = [];

  constructor(queries: readonly MathQuery[]) {
    this.#given = queries;
    this.#byId = new Map(queries.map((query) => [query.id, query]));
  }

  plan(): QueryPlan | PlanProblem {
    try {
      for (const query of this.#given) this.#visit(query);
      this.#checkNumbers();
    } catch (error) {
      if (error instanceof PlanError) return { id: error.id, problem: error.message };
      throw error;
    }
    const wanted = this.#wanted();
    return {
      queries: this.#given.flatMap(({ id }) => this.#planned.get(id) ?? []),
      order: [...this.#planned.values()],
      needs: this.#needs.filter((need) => need.kind !== "metric" || wanted.has(need.key)),
      types: this.#types,
    };
  }

  /** Plans a query after all that it refers to. */
  #visit(query: MathQuery): void {
    const { id, metric, expression = "" } = query;
    if (this.#planned.has(id)) return;
    if (this.#underway.includes(id)) throw inExpression(id, "Circular reference");
    this.#underway.push(id);
    if (metric !== undefined) {
      this.#planned.set(id, { kind: "metric", query, metric });
      this.#types.set(id, "metric");
      this.#needs.push({ kind: "metric", key: id, metric });
    } else if (isInsightsQuery(expression)) {
      this.#planInsights(query, expression);
    } else {
      this.#planMath(query, expression);
    }
    this.#underway.pop();
  }

  #planInsights(query: MathQuery, text: string): void {
    const insights = parseInsightsQuery(text);
    if (isInsightsProblem(insights)) throw inExpression(query.id, `Invalid syntax: ${insights.problem}`);
    const { periodSeconds } = query;
    if (periodSeconds === undefined) throw new PlanError(query.id, "Period must not be null");
    this.#planned.set(query.id, { kind: "insights", query, insights, periodSeconds });
    this.#types.set(query.id, insights.groupBy.length === 0 ? "TS" : "TS[]");
    this.#needs.push({ kind: "insightsQuery", key: query.id, query: insights, periodSeconds });
  }

  #planMath(query: MathQuery, text: string): void {
    const { id } = query;
    const expression = parseMath(text);
    if (isMathProblem(expression)) throw inExpression(id, expression.problem);
    const parts = everyPart(expression);
    this.#references.set(id, this.#referencesOf(parts));
    for (const reference of this.#references.get(id) ?? []) {
      const referred = this.#byId.get(reference);
      if (referred !== undefined) this.#visit(referred);
    }
    const type = typeOf(expression, (reference) => this.#types.get(reference));
    if (typeof type === "object" && "problem" in type) throw inExpression(id, type.problem);
    if (typeof type === "object" || type === "text") throw inExpression(id, "Invalid syntax");
    if (type === "S" && query.returnData) {
      throw inExpression(id, "The result must be a time series or an array of time series, not a scalar");
    }
    this.#types.set(id, type === "metric" ? "TS" : type);
    const periodSeconds = query.periodSeconds ?? this.#longestPeriod(this.#references.get(id) ?? new Set());
    for (const part of parts) {
      if (part.kind !== "call") continue;
      const need = mathFunctions.get(part.name)?.need?.(part.arguments, {
        periodSeconds,
        key: keyOf(id, part.position),
        subjectOf: (reference) => this.#subjectOf(reference),
      });
      if (need === undefined) continue;
      if ("problem" in need) throw inExpression(id, need.problem);
      this.#needs.push(need);
    }
    this.#planned.set(id, { kind: "math", query, expression, periodSeconds });
  }

  #referencesOf(parts: readonly MathExpression[]): ReadonlySet<string> {
    return new Set(
      parts.flatMap((part) => {
        if (part.kind === "reference") return [part.id];
        if (part.kind !== "call" || part.name !== metricsFunction) return [];
        return this.#given.flatMap(({ id, metric }) => (metric === undefined ? [] : [id]));
      }),
    );
  }

  #longestPeriod(ids: ReadonlySet<string>): number | undefined {
    const periods = [...ids].flatMap((id) => {
      const planned = this.#planned.get(id);
      if (planned?.kind === "metric") return [planned.metric.periodSeconds];
      return planned?.periodSeconds ?? [];
    });
    return periods.length === 0 ? undefined : Math.max(...periods);
  }

  #subjectOf(id: string): BandSubject | undefined {
    const planned = this.#planned.get(id);
    if (planned?.kind === "metric") return { kind: "metric", metric: planned.metric };
    if (planned?.kind !== "math") return undefined;
    const ids = this.#closureOf([id]);
    return { kind: "expression", id, queries: this.#given.filter((query) => ids.has(query.id)) };
  }

  #closureOf(start: readonly string[]): ReadonlySet<string> {
    const found = new Set(start);
    for (const id of found) for (const reference of this.#references.get(id) ?? []) found.add(reference);
    return found;
  }

  /** The queries that are asked for, and those that they are made from. */
  #wanted(): ReadonlySet<string> {
    return this.#closureOf(this.#given.flatMap(({ id, returnData }) => (returnData ? [id] : [])));
  }

  #checkNumbers(): void {
    const insights = this.#needs.filter(({ kind }) => kind === "insightsQuery");
    if (insights.length > insightsLimits.perRequest) {
      const problem = "A request can have only one Metrics Insights query";
      throw new PlanError(insights[1]?.key ?? "", problem);
    }
    const searches = this.#needs.filter(({ kind }) => kind === "search");
    if (searches.length > searchLimits.perRequest) {
      const problem = `A request can have at most ${searchLimits.perRequest} search expressions`;
      throw new PlanError(searches.at(-1)?.key ?? "", problem);
    }
  }
}

/** What the series are fetched under that a call in the expression of a query needs. */
export const keyOf = (id: string, position: number): string => `${id}@${position}`;
