// PutMetricData: data in, checked whole before any of it is stored.
import {
  InvalidParameterCombinationException,
  InvalidParameterValueException,
  MissingRequiredParameterException,
} from "@aws-sdk/client-cloudwatch";
import type { ReadyDatum } from "../../core/metrics/datum-batch.ts";
import { metricLimits } from "../../core/metrics/limits.ts";
import { isProblem, statisticsOf, type InputDatum } from "../../core/metrics/metric-datum.ts";
import { identityKey, sortDimensions, type Dimension } from "../../core/metrics/metric-identity.ts";
import { modelled } from "../../wire/service.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";

type WireDatum = NonNullable<Input<"PutMetricData">["MetricData"]>[number];

/**
 * Answers when the data is stored, readable and listed. Entities are checked by their form and not kept:
 * nothing here reads them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export function putMetricData(
  input: Input<"PutMetricData">,
  context: CloudWatchContext,
): Promise<Output<"PutMetricData">> {
  const { now, account, region } = context.call;
  const { metrics, worlds } = context.dependencies;
  const checked = checkAll(input, now);
  const world = worlds.recall(account, region);
  // No async function: those hold on to what they were called with until they end.
  const written =
    world === undefined
      ? worlds.numberOf(account, region).then((number) => metrics.write(number, checked, now))
      : metrics.write(world, checked, now);
  return written.then(emptyAnswer);
}

/** A function of `putMetricData` would hold on to the data. */
const emptyAnswer = () => ({});

function checkAll(input: Input<"PutMetricData">, now: number): readonly ReadyDatum[] {
  const { Namespace: namespace, MetricData: plain = [], EntityMetricData: withEntity = [] } = input;
  if (namespace.startsWith(metricLimits.reservedNamespaces)) {
    throw modelled(
      InvalidParameterValueException,
      `The value ${metricLimits.reservedNamespaces} for parameter Namespace is invalid.`,
    );
  }
  if (withEntity.length > metricLimits.entitiesPerCall)
    throw tooMany("EntityMetricData", metricLimits.entitiesPerCall);
  const count = withEntity.reduce((sum, { MetricData = [] }) => sum + MetricData.length, plain.length);
  if (count === 0) {
    throw modelled(MissingRequiredParameterException, "The parameter MetricData is required.");
  }
  if (count > metricLimits.dataPerCall) throw tooMany("MetricData", metricLimits.dataPerCall);
  const checked = plain.map((datum, index) => check(namespace, datum, `MetricData.member.${index + 1}`, now));
  for (const [entity, { MetricData: data = [] }] of withEntity.entries()) {
    for (const [index, datum] of data.entries()) {
      const path = `EntityMetricData.member.${entity + 1}.MetricData.member.${index + 1}`;
      checked.push(check(namespace, datum, path, now));
    }
  }
  return checked;
}

function tooMany(collection: string, limit: number): Error {
  return modelled(
    InvalidParameterValueException,
    `The collection ${collection} must not have a size greater than ${limit}.`,
  );
}

/** @throws InvalidParameterValueException, InvalidParameterCombinationException in AWS's words */
function check(namespace: string, datum: WireDatum, path: string, now: number): ReadyDatum {
  const dimensions = dimensionsOf(datum, path);
  const input = inputDatum(datum, dimensions);
  const statistics = statisticsOf(input, path, now);
  if (isProblem(statistics)) {
    const errorClass =
      statistics.kind === "InvalidParameterValue"
        ? InvalidParameterValueException
        : InvalidParameterCombinationException;
    throw modelled<Error>(errorClass, statistics.message);
  }
  const name = datum.MetricName;
  return {
    namespace,
    name,
    dimensions,
    key: identityKey({ namespace, name, dimensions }),
    unit: datum.Unit ?? "None",
    timestamp: input.timestamp ?? now,
    resolutionSeconds: datum.StorageResolution === 1 ? 1 : 60,
    statistics,
  };
}

const visibleAscii = /^[\x20-\x7e]*[\x21-\x7e][\x20-\x7e]*$/;

function dimensionsOf(datum: WireDatum, path: string): readonly Dimension[] {
  const given = datum.Dimensions ?? [];
  for (const [index, { Name, Value }] of given.entries()) {
    const blank = visibleAscii.test(Name) ? (visibleAscii.test(Value) ? undefined : "Value") : "Name";
    if (blank !== undefined) {
      throw modelled(
        InvalidParameterValueException,
        `The parameter ${path}.Dimensions.member.${index + 1}.${blank} must contain only ASCII characters ` +
          "and at least one that is not blank.",
      );
    }
    if (Name.startsWith(":")) {
      throw modelled(
        InvalidParameterValueException,
        `The parameter ${path}.Dimensions.member.${index + 1}.Name must not start with a colon.`,
      );
    }
  }
  return sortDimensions(given.map(({ Name, Value }) => ({ name: Name, value: Value })));
}

function inputDatum(datum: WireDatum, dimensions: readonly Dimension[]): InputDatum {
  const set = datum.StatisticValues;
  return {
    metricName: datum.MetricName,
    dimensions,
    timestamp: datum.Timestamp?.getTime(),
    value: datum.Value,
    values: datum.Values,
    counts: datum.Counts,
    statisticValues:
      set === undefined
        ? undefined
        : { sampleCount: set.SampleCount, sum: set.Sum, minimum: set.Minimum, maximum: set.Maximum },
    unit: datum.Unit,
    storageResolution: datum.StorageResolution,
  };
}
