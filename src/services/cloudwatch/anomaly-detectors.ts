// Anomaly detectors: made, changed, described and deleted. The worker `anomaly-trainer` trains them.
import {
  LimitExceededException,
  ResourceNotFoundException,
  type AnomalyDetector as WireDetector,
} from "@aws-sdk/client-cloudwatch";
import { defaultSettings } from "../../core/metrics/anomaly/model.ts";
import { identityKey, type MetricIdentity } from "../../core/metrics/metric-identity.ts";
import type { MathQuery } from "../../core/metrics/math/needs.ts";
import { isPlanProblem, planQueries } from "../../core/metrics/math/plan.ts";
import {
  anomalyScope,
  detectorIdOf,
  detectorKey,
  detectorsOf,
  forgetModels,
  type AnomalyDetector,
  type AnomalySubject,
} from "../../storage/anomaly-detectors.ts";
import { modelled } from "../../wire/service.ts";
import { isKeyPosition, parseToken, printToken } from "./alarm-errors.ts";
import { subjectOfBand } from "./anomaly-band.ts";
import { checkSettings, checkSubject, namedDetector } from "./anomaly-detector-input.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { readerOf } from "./metric-data-queries.ts";
import { invalidCombination, invalidValue } from "./metric-errors.ts";
import { metricIdentity } from "./metric-series.ts";
import { untilWritten } from "./stored-alarms.ts";

/** A new detector is trained this much later, so that what is put together with it is there. */
const trainingDelayMs = 60_000;
const maximumDetectors = 10_000;
const maximumIds = 50;
const maximumResults = 100;
const defaultResults = 50;
const pageSize = 500;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutAnomalyDetector.html */
export async function putAnomalyDetector(
  input: Input<"PutAnomalyDetector">,
  context: CloudWatchContext,
): Promise<Output<"PutAnomalyDetector">> {
  const { account, region, now } = context.call;
  const { state } = context.dependencies;
  const subject = checkSubject(input, readerOf(context));
  const id = detectorIdOf(subject);
  const settings = checkSettings(input);
  const hasCharacteristics = input.MetricCharacteristics?.PeriodicSpikes !== undefined;
  const detectors = detectorsOf(state);
  const key = detectorKey(context.call, id);
  await untilWritten(async () => {
    const before = await detectors.get(anomalyScope, key);
    const createdAt = before?.value.createdAt ?? now;
    const common = { account, region, id, subject, settings, hasCharacteristics };
    const detector: AnomalyDetector = { ...common, createdAt, state: "PENDING_TRAINING" };
    const dueAt = now + trainingDelayMs;
    if (before !== undefined) {
      return detectors.replace(anomalyScope, key, detector, before.version, dueAt);
    }
    await requireRoom(context);
    return detectors.create(anomalyScope, key, detector, dueAt);
  });
  await forgetModels(state, context.call, id);
  context.dependencies.facts.publish({ kind: "WorkPlanned" });
  return { AnomalyDetectorId: id };
}

async function requireRoom({ dependencies }: CloudWatchContext): Promise<void> {
  if ((await detectorsOf(dependencies.state).count(anomalyScope)) < maximumDetectors) return;
  throw modelled(LimitExceededException, "The maximum number of anomaly detectors is reached.");
}

/**
 * The detectors that an alarm compares with, made with the alarm unless they are there.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Anomaly_Detection_Alarm.html
 */
export async function makeDetectors(
  context: CloudWatchContext,
  queries: readonly MathQuery[],
): Promise<void> {
  const { account, region, now } = context.call;
  const plan = planQueries(queries);
  if (isPlanProblem(plan)) return;
  for (const need of plan.needs) {
    if (need.kind !== "band") continue;
    const subject = subjectOfBand(need.subject);
    const id = detectorIdOf(subject);
    const detector: AnomalyDetector = {
      account,
      region,
      id,
      subject,
      settings: defaultSettings,
      hasCharacteristics: false,
      state: "PENDING_TRAINING",
      createdAt: now,
    };
    const key = detectorKey(context.call, id);
    await detectorsOf(context.dependencies.state).create(anomalyScope, key, detector, now + trainingDelayMs);
    context.dependencies.facts.publish({ kind: "WorkPlanned" });
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAnomalyDetector.html */
export async function deleteAnomalyDetector(
  input: Input<"DeleteAnomalyDetector">,
  context: CloudWatchContext,
): Promise<object> {
  const { call, dependencies } = context;
  const id = namedDetector(input, readerOf(context));
  if (!(await detectorsOf(dependencies.state).delete(anomalyScope, detectorKey(call, id)))) {
    throw modelled(ResourceNotFoundException, "The anomaly detector does not exist.");
  }
  await forgetModels(dependencies.state, call, id);
  return {};
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAnomalyDetectors.html */
export async function describeAnomalyDetectors(
  input: Input<"DescribeAnomalyDetectors">,
  context: CloudWatchContext,
): Promise<Output<"DescribeAnomalyDetectors">> {
  const limit = input.MaxResults ?? defaultResults;
  if (limit > maximumResults) {
    throw invalidValue(`The parameter MaxResults must be at most ${maximumResults}.`);
  }
  const after = parseToken(input.NextToken, isKeyPosition)?.key;
  const found =
    input.AnomalyDetectorIds === undefined
      ? await search(context, filterOf(input), after, limit + 1)
      : await byIds(context, input, after);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    AnomalyDetectors: page.map(shown),
    ...(found.length > limit && last !== undefined ? { NextToken: printToken({ key: last.id }) } : {}),
  };
}

async function byIds(
  { call, dependencies }: CloudWatchContext,
  input: Input<"DescribeAnomalyDetectors">,
  after: string | undefined,
): Promise<readonly AnomalyDetector[]> {
  const { AnomalyDetectorIds: ids = [], Namespace, MetricName, Dimensions, AnomalyDetectorTypes } = input;
  if ([Namespace, MetricName, Dimensions, AnomalyDetectorTypes].some((value) => value !== undefined)) {
    throw invalidCombination("AnomalyDetectorIds cannot be specified together with filters of metrics.");
  }
  if (ids.length > maximumIds) {
    throw invalidValue(`The collection AnomalyDetectorIds must not have a size greater than ${maximumIds}.`);
  }
  const keys = [...new Set(ids)].map((id) => detectorKey(call, id)).toSorted();
  const found = await detectorsOf(dependencies.state).getMany(anomalyScope, keys);
  return found.map(({ value }) => value).filter(({ id }) => after === undefined || id > after);
}

async function search(
  { call, dependencies }: CloudWatchContext,
  accepts: (subject: AnomalySubject) => boolean,
  position: string | undefined,
  limit: number,
): Promise<readonly AnomalyDetector[]> {
  const found: AnomalyDetector[] = [];
  let after = position;
  for (;;) {
    const page = await detectorsOf(dependencies.state).list(anomalyScope, {
      prefix: detectorKey(call, ""),
      ...(after === undefined ? {} : { after: { key: detectorKey(call, after) } }),
      limit: pageSize,
    });
    for (const { value } of page) {
      if (accepts(value.subject)) found.push(value);
      if (found.length >= limit) return found;
    }
    after = page.at(-1)?.value.id;
    if (page.length < pageSize) return found;
  }
}

/** An expression is found by each of its metrics. */
function filterOf(input: Input<"DescribeAnomalyDetectors">): (subject: AnomalySubject) => boolean {
  const { Namespace, MetricName, Dimensions, AnomalyDetectorTypes: given = [] } = input;
  const types: readonly string[] = given.length === 0 ? ["SINGLE_METRIC"] : given;
  const wanted = Dimensions && identityKey(metricIdentity("", "", Dimensions));
  const accepts = ({ namespace, name, dimensions }: MetricIdentity) =>
    (Namespace === undefined || namespace === Namespace) &&
    (MetricName === undefined || name === MetricName) &&
    (wanted === undefined || identityKey({ namespace: "", name: "", dimensions }) === wanted);
  return (subject) => {
    if (subject.kind === "metric") return types.includes("SINGLE_METRIC") && accepts(subject.metric);
    const isMatch = subject.queries.some(({ metric }) => metric !== undefined && accepts(metric));
    return types.includes("METRIC_MATH") && isMatch;
  };
}

function shown({ id, subject, settings, hasCharacteristics, state }: AnomalyDetector): WireDetector {
  const { excluded, timezone, adaptation, outliers, periodicSpikes } = settings;
  return {
    AnomalyDetectorId: id,
    ...shownSubject(subject),
    Configuration: {
      ExcludedTimeRanges: excluded.map(({ from, to }) => ({
        StartTime: new Date(from),
        EndTime: new Date(to),
      })),
      ...(timezone === undefined ? {} : { MetricTimezone: timezone }),
      AdaptationSpeed: adaptation,
      OutlierFilteringStrength: outliers,
    },
    ...(hasCharacteristics ? { MetricCharacteristics: { PeriodicSpikes: periodicSpikes } } : {}),
    StateValue: state,
  };
}

const shownDimensions = ({ dimensions }: MetricIdentity) =>
  dimensions.map(({ name, value }) => ({ Name: name, Value: value }));

/** Those of a single metric have the members of old, too. */
function shownSubject(subject: AnomalySubject): Partial<WireDetector> {
  if (subject.kind === "metric") {
    const { account, namespace, name, statistic } = subject.metric;
    const single = {
      Namespace: namespace,
      MetricName: name,
      Dimensions: shownDimensions(subject.metric),
      Stat: statistic,
    };
    return {
      ...single,
      SingleMetricAnomalyDetector: { ...single, ...(account === undefined ? {} : { AccountId: account }) },
    };
  }
  const MetricDataQueries = subject.queries.map(({ id, metric, expression, periodSeconds, returnData }) => ({
    Id: id,
    ReturnData: returnData,
    ...(expression === undefined ? {} : { Expression: expression }),
    ...(periodSeconds === undefined ? {} : { Period: periodSeconds }),
    ...(metric?.account === undefined ? {} : { AccountId: metric.account }),
    ...(metric === undefined
      ? {}
      : {
          MetricStat: {
            Metric: {
              Namespace: metric.namespace,
              MetricName: metric.name,
              Dimensions: shownDimensions(metric),
            },
            Period: metric.periodSeconds,
            Stat: metric.statistic,
            ...(metric.unit === undefined ? {} : { Unit: metric.unit }),
          },
        }),
  }));
  return { MetricMathAnomalyDetector: { MetricDataQueries } };
}
