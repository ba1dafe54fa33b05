// The parameters of the Prometheus-compatible addresses: of the query string, or of a form.
import { readDuration } from "../../core/promql/durations.ts";
import type { PromqlExpression, PromqlMatcher } from "../../core/promql/expression.ts";
import { WireError } from "../../wire/errors.ts";
import type { WireRequest } from "../../wire/request.ts";
import { isNamed, isPromqlProblem, readPromql } from "./promql-expressions.ts";

/** What the caller did wrong, in Prometheus's word for it. */
export const badData = (message: string) => new WireError("bad_data", message);

/** Parameters of Prometheus that AWS's addresses do not have, and that would change an answer. */
const ofOthers = ["lookback_delta", "stats"] as const;

/** @throws WireError `bad_data` */
export interface PromqlParameters {
  query(): PromqlExpression;
  /** In epoch milliseconds; undefined when it is not given. */
  instant(name: "time" | "start" | "end"): number | undefined;
  requiredInstant(name: "start" | "end"): number;
  stepMs(): number;
  /** The matchers of each `match[]`. */
  selectors(options?: { readonly areNamed: boolean }): readonly (readonly PromqlMatcher[])[];
  /** At most, and when nothing is given, the maximum. */
  limit(maximum: number): number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-APIs.html */
export function promqlParameters(request: WireRequest, body: Uint8Array): PromqlParameters {
  const inAddress = new URLSearchParams(request.url.split("?", 2)[1] ?? "");
  const inForm = new URLSearchParams(request.method === "POST" ? Buffer.from(body).toString("utf8") : "");
  const all = (name: string) => [...inForm.getAll(name), ...inAddress.getAll(name)];
  const one = (name: string) => all(name).find((value) => value !== "");
  for (const name of ofOthers) {
    if (one(name) !== undefined) throw badData(`the parameter "${name}" is not supported`);
  }
  const required = (name: string): string => {
    const value = one(name);
    if (value === undefined) throw badData(`invalid parameter "${name}": it is required`);
    return value;
  };
  const instant = (name: string, text: string): number => {
    const at = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : rfc3339(text);
    if (at === undefined || !Number.isSafeInteger(Math.round(at))) {
      throw badData(`invalid parameter "${name}": cannot parse ${JSON.stringify(text)} to a valid timestamp`);
    }
    return Math.round(at);
  };
  return {
    query: () => expressionOf("query", required("query")),
    instant(name) {
      const text = one(name);
      return text === undefined ? undefined : instant(name, text);
    },
    requiredInstant: (name) => instant(name, required(name)),
    stepMs() {
      const text = required("step");
      const isNumber = /^\d+(\.\d+)?$/.test(text);
      const stepMs = isNumber ? Math.round(Number(text) * 1_000) : (readDuration(text) ?? 0);
      if (stepMs >= 1) return stepMs;
      throw badData('invalid parameter "step": it must be a duration or a number of seconds above zero');
    },
    selectors: ({ areNamed } = { areNamed: false }) =>
      all("match[]").map((text) => {
        const expression = expressionOf("match[]", text);
        if (expression.kind !== "selector") throw badData('invalid parameter "match[]": it is no selector');
        if (areNamed && !isNamed(expression)) {
          throw badData('invalid parameter "match[]": every selector must select a metric by name');
        }
        return expression.matchers;
      }),
    limit(maximum) {
      const text = one("limit");
      if (text === undefined) return maximum;
      const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
      if (limit >= 1 && limit <= maximum) return limit;
      throw badData(`invalid parameter "limit": it must be between 1 and ${maximum}`);
    },
  };
}

function expressionOf(name: string, text: string): PromqlExpression {
  const expression = readPromql(text);
  if (isPromqlProblem(expression)) throw badData(`invalid parameter "${name}": ${expression.problem}`);
  return expression;
}

/** https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
function rfc3339(text: string): number | undefined {
  const isTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text);
  const at = isTime ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
