// The Prometheus-compatible addresses: queries at an instant and over a range, series, labels, their values.
import { typeOfPromql } from "../../core/promql/check-types.ts";
import { numberText } from "../../core/promql/numeric.ts";
import type { PromqlSample, PromqlValue } from "../../core/promql/series.ts";
import { isOfQuery, runPromqlQuery, runRangeQuery } from "../../storage/promql-queries.ts";
import type { Endpoint } from "../../wire/endpoints.ts";
import { WireError, type Failure } from "../../wire/errors.ts";
import { jsonAnswer, statusOf } from "../../wire/plain-http.ts";
import type { CallContext, WireRequest } from "../../wire/request.ts";
import type { Dependencies } from "../dependencies.ts";
import { rangeProblem } from "./promql-expressions.ts";
import { badData, promqlParameters, type PromqlParameters } from "./promql-parameters.ts";
import { createPromqlTurns } from "./promql-turns.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL.html */
const promqlApiLimits = {
  series: 500,
  listed: 10_000,
  /** Prometheus's, of a series over a range. */
  points: 11_000,
} as const;

type Stores = Pick<Dependencies, "otlpMetrics" | "worlds" | "stopwatch">;

interface Question {
  readonly parameters: PromqlParameters;
  readonly call: CallContext;
  readonly world: number;
  readonly stores: Stores;
  /** The segment of the address that names a label. */
  readonly label: string;
}

interface Answered {
  readonly data: unknown;
  /** Says that there was more than the limit. */
  readonly cut?: string;
}

type Answer = (question: Question) => Promise<Answered>;

/**
 * Queries take the permission of GetMetricData, the others that of ListMetrics.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-PromQL-APIs.html
 */
export function promqlEndpoints(stores: Stores): readonly Endpoint[] {
  const takeTurn = createPromqlTurns();
  const endpoint = (path: string, operation: string, answer: Answer): Endpoint => ({
    path,
    operation,
    methods: path.includes("{") ? ["GET"] : ["GET", "POST"],
    exchange: (request) => promqlExchange(request, stores, (question) => takeTurn(() => answer(question))),
  });
  return [
    endpoint("/api/v1/query", "GetMetricData", instantQuery),
    endpoint("/api/v1/query_range", "GetMetricData", rangeQuery),
    endpoint("/api/v1/series", "ListMetrics", listSeries),
    endpoint("/api/v1/labels", "ListMetrics", (question) =>
      listNames(question, (asked) => stores.otlpMetrics.listLabels(asked)),
    ),
    endpoint("/api/v1/label/{name}/values", "ListMetrics", (question) =>
      listNames(question, (asked) => stores.otlpMetrics.listValues(asked, question.label)),
    ),
  ];
}

function promqlExchange(
  request: WireRequest,
  stores: Stores,
  answer: Answer,
): ReturnType<Endpoint["exchange"]> {
  let parameters: PromqlParameters;
  let answered: Answered = { data: [] };
  return {
    read(body) {
      parameters = promqlParameters(request, body);
      return {};
    },
    async perform(call) {
      const world = await stores.worlds.numberOf(call.account, call.region);
      answered = await evaluated(answer({ parameters, call, world, stores, label: labelIn(request.url) }));
      return {};
    },
    answer() {
      const { data, cut } = answered;
      const warnings = cut === undefined ? {} : { warnings: [cut] };
      return jsonAnswer(200, JSON.stringify({ status: "success", data, ...warnings }));
    },
    refuse: (failure) => jsonAnswer(statusOf(failure), refusalText(failure)),
  };
}

function labelIn(url: string): string {
  const [, label = ""] = /^\/api\/v1\/label\/([^/?]+)\/values/.exec(url) ?? [];
  try {
    return decodeURIComponent(label);
  } catch {
    throw badData("invalid label name");
  }
}

/** What cannot be evaluated is told with the status that Prometheus has for it. */
async function evaluated(answer: Promise<Answered>): Promise<Answered> {
  try {
    return await answer;
  } catch (error) {
    if (!isOfQuery(error)) throw error;
    throw new WireError("execution", error.message, { status: 422, cause: error });
  }
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview */
function refusalText({ name, message, fault }: Failure): string {
  const isOurs = name === "bad_data" || name === "execution";
  const others = fault === "server" ? "internal" : "bad_data";
  const errorType = isOurs ? name : name === "ThrottlingException" ? "unavailable" : others;
  return JSON.stringify({ status: "error", errorType, error: message });
}

async function instantQuery({ parameters, call, world, stores }: Question): Promise<Answered> {
  const expression = parameters.query();
  const at = parameters.instant("time") ?? call.now;
  const limit = parameters.limit(promqlApiLimits.series);
  refuseRange(rangeProblem(expression, at, at));
  const place = { otlpMetrics: stores.otlpMetrics, world, now: call.now };
  const value = await runPromqlQuery(place, expression, at);
  const items = value.kind === "vector" ? value.vector : value.kind === "matrix" ? value.matrix : [];
  return { data: valueData(value, at, limit), ...cutOf(items.length, limit) };
}

async function rangeQuery({ parameters, call, world, stores }: Question): Promise<Answered> {
  const expression = parameters.query();
  const [from, to] = [parameters.requiredInstant("start"), parameters.requiredInstant("end")];
  const stepMs = parameters.stepMs();
  const limit = parameters.limit(promqlApiLimits.series);
  const type = typeOfPromql(expression);
  if (type !== "scalar" && type !== "instant vector") {
    throw badData(`invalid expression type "${type}" for range query, must be scalar or instant vector`);
  }
  if (to < from) throw badData('invalid parameter "end": end timestamp must not be before start time');
  if ((to - from) / stepMs >= promqlApiLimits.points) {
    throw badData(`exceeded maximum resolution of ${promqlApiLimits.points} points per timeseries`);
  }
  if (/"pinned":"(start|end)"/.test(JSON.stringify(expression))) {
    throw badData("start() and end() are not supported over a range; give the instant as a number");
  }
  refuseRange(rangeProblem(expression, from, to));
  const place = { otlpMetrics: stores.otlpMetrics, world, now: call.now };
  const series = await runRangeQuery(place, expression, { from, to, stepMs }, stores.stopwatch);
  const result = series.slice(0, limit).map(({ labels, samples }) => seriesData(labels, samples));
  return { data: { resultType: "matrix", result }, ...cutOf(series.length, limit) };
}

function refuseRange(problem: string | undefined): void {
  if (problem !== undefined) throw new WireError("execution", problem, { status: 422 });
}

async function listSeries({ parameters, world, stores }: Question): Promise<Answered> {
  const selectors = parameters.selectors({ areNamed: true });
  if (selectors.length === 0) throw badData("no match[] parameter provided");
  const window = { from: parameters.requiredInstant("start"), to: parameters.requiredInstant("end") };
  const limit = parameters.limit(promqlApiLimits.listed);
  const asked = { world, selectors, window, limit: limit + 1 };
  const series = await stores.otlpMetrics.listSeries(asked);
  return { data: series.slice(0, limit), ...cutOf(series.length, limit) };
}

async function listNames(
  { parameters, call, world }: Question,
  list: (asked: Parameters<Stores["otlpMetrics"]["listLabels"]>[0]) => Promise<readonly string[]>,
): Promise<Answered> {
  const limit = parameters.limit(promqlApiLimits.listed);
  const [from, to] = [parameters.instant("start"), parameters.instant("end")];
  const isWhole = from === undefined && to === undefined;
  const window = isWhole ? {} : { window: { from: from ?? 0, to: to ?? call.now } };
  const names = await list({ world, selectors: parameters.selectors(), ...window, limit: limit + 1 });
  return { data: names.slice(0, limit), ...cutOf(names.length, limit) };
}

const cutOf = (found: number, limit: number): Pick<Answered, "cut"> =>
  found > limit
    ? { cut: `result truncated to the maximum of ${limit}; refine the query or use the limit parameter` }
    : {};

/** Instants are in seconds, and numbers are text: JSON has neither NaN nor infinities. */
function valueData(value: PromqlValue, at: number, limit: number): object {
  switch (value.kind) {
    case "scalar":
      return { resultType: "scalar", result: pointData({ at, value: value.value }) };
    case "string":
      return { resultType: "string", result: [at / 1_000, value.text] };
    case "vector": {
      const result = value.vector
        .slice(0, limit)
        .map((one) => ({ metric: one.labels, value: pointData({ at, value: one.value }) }));
      return { resultType: "vector", result };
    }
    case "matrix":
      return {
        resultType: "matrix",
        result: value.matrix.slice(0, limit).map(({ labels, samples }) => seriesData(labels, samples)),
      };
  }
}

const seriesData = (metric: Readonly<Record<string, string>>, samples: readonly PromqlSample[]) => ({
  metric,
  values: samples.map((sample) => pointData(sample)),
});

const pointData = ({ at, value }: PromqlSample) => [at / 1_000, numberText(value)];
