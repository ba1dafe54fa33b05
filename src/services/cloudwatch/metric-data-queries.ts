// Checks the queries of GetMetricData and reduces them to what is read.
import { ValidationException } from "@aws-sdk/client-cloudwatch";
import type { MetricIdentity, MetricUnit } from "../../core/metrics/metric-identity.ts";
import type { Statistic } from "../../core/metrics/statistic-names.ts";
import { modelled } from "../../wire/service.ts";
import type { Input } from "./context.ts";
import { invalidValue, requirePeriod, requireStatistic } from "./metric-errors.ts";
import { metricIdentity } from "./metric-series.ts";

const maximumQueries = 500;

export interface MetricQuery {
  readonly id: string;
  readonly label: string | undefined;
  readonly returnData: boolean;
  readonly identity: MetricIdentity;
  readonly unit: MetricUnit | undefined;
  readonly periodSeconds: number;
  /** As it was written, and read. */
  readonly statistic: string;
  readonly parsedStatistic: Statistic;
}

type WireQuery = Input<"GetMetricData">["MetricDataQueries"][number];

const validation = (message: string) => modelled(ValidationException, message);

/** @throws ValidationException, InvalidParameterValueException in AWS's words */
export function checkQueries(queries: readonly WireQuery[], account: string): readonly MetricQuery[] {
  if (queries.length === 0) throw validation("The collection MetricDataQueries must not be empty.");
  if (queries.length > maximumQueries) {
    throw validation(`The collection MetricDataQueries must not have a size greater than ${maximumQueries}.`);
  }
  const ids = new Set<string>();
  const checked = queries.map((query, index) => {
    if (ids.has(query.Id))
      throw validation("The values for parameter id in MetricDataQueries are not unique.");
    ids.add(query.Id);
    return check(query, `MetricDataQueries.member.${index + 1}`, account);
  });
  if (!checked.some(({ returnData }) => returnData)) {
    throw validation("At least one of the MetricDataQueries must have ReturnData set to true.");
  }
  return checked;
}

function check(query: WireQuery, path: string, account: string): MetricQuery {
  const { Id: id, MetricStat: stat, Expression: expression, Label: label } = query;
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(id)) {
    throw validation(
      `The value ${id} for parameter ${path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  }
  if (expression !== undefined && stat !== undefined) {
    throw validation(`The parameters ${path}.Expression and ${path}.MetricStat are mutually exclusive.`);
  }
  if (expression !== undefined) {
    throw validation(
      `Error in expression '${id}': expressions are not supported by this version of Groundwatch.`,
    );
  }
  if (stat === undefined) {
    throw validation(`One of the parameters ${path}.Expression and ${path}.MetricStat must be specified.`);
  }
  if (query.Period !== undefined && query.Period !== stat.Period) {
    throw validation(`The parameters ${path}.Period and ${path}.MetricStat.Period must be the same.`);
  }
  if (label?.includes("${") === true) {
    throw validation(`The dynamic label of '${id}' is not supported by this version of Groundwatch.`);
  }
  if (query.AccountId !== undefined && query.AccountId !== account) {
    throw invalidValue(`The account ${query.AccountId} is not linked to this account.`);
  }
  const { Namespace: namespace, MetricName: name, Dimensions: dimensions } = stat.Metric;
  if (namespace === undefined || name === undefined) {
    throw validation(`The parameters Namespace and MetricName of ${path}.MetricStat.Metric are required.`);
  }
  return {
    id,
    label,
    returnData: query.ReturnData ?? true,
    identity: metricIdentity(namespace, name, dimensions),
    unit: stat.Unit,
    periodSeconds: requirePeriod(stat.Period, `${path}.MetricStat.Period`),
    statistic: stat.Stat,
    parsedStatistic: requireStatistic(stat.Stat, `${path}.MetricStat.Stat`),
  };
}
