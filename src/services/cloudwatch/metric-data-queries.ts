// Checks the queries of GetMetricData and reduces them to what is read and computed.
import { ValidationException } from "@aws-sdk/client-cloudwatch";
import { labelProblem } from "../../core/metrics/dynamic-label.ts";
import { notLinked, type LinkedAccounts } from "../../core/linked-accounts.ts";
import type { MathMetric, MathQuery } from "../../core/metrics/math/needs.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, ReadContext } from "./context.ts";
import { invalidValue, requirePeriod, requireStatistic } from "./metric-errors.ts";
import { metricIdentity } from "./metric-series.ts";

const maximumQueries = 500;

type WireQuery = Input<"GetMetricData">["MetricDataQueries"][number];

export const validation = (message: string) => modelled(ValidationException, message);

/** Whose metrics queries without `AccountId` read, and those of which accounts the others may. */
export interface MetricReader {
  readonly account: string;
  readonly linkedAccounts: Pick<LinkedAccounts, "mayRead">;
}

export const readerOf = ({ call, dependencies }: ReadContext): MetricReader => ({
  account: call.account,
  linkedAccounts: dependencies.linkedAccounts,
});

/** @throws ValidationException, InvalidParameterValueException in AWS's words */
export function checkQueries(queries: readonly WireQuery[], reader: MetricReader): readonly MathQuery[] {
  if (queries.length === 0) throw validation("The collection MetricDataQueries must not be empty.");
  if (queries.length > maximumQueries) {
    throw validation(`The collection MetricDataQueries must not have a size greater than ${maximumQueries}.`);
  }
  const ids = new Set<string>();
  const checked = queries.map((query, index) => {
    if (ids.has(query.Id))
      throw validation("The values for parameter id in MetricDataQueries are not unique.");
    ids.add(query.Id);
    return check(query, `MetricDataQueries.member.${index + 1}`, reader);
  });
  if (!checked.some(({ returnData }) => returnData)) {
    throw validation("At least one of the MetricDataQueries must have ReturnData set to true.");
  }
  return checked;
}

function check(query: WireQuery, path: string, reader: MetricReader): MathQuery {
  const { Id: id, MetricStat: stat, Expression: expression, Label: label, AccountId: account } = query;
  if (!/^[a-z][a-zA-Z0-9_]*$/.test(id)) {
    throw validation(
      `The value ${id} for parameter ${path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.`,
    );
  }
  if (expression !== undefined && stat !== undefined) {
    throw validation(`The parameters ${path}.Expression and ${path}.MetricStat are mutually exclusive.`);
  }
  if (stat !== undefined && query.Period !== undefined && query.Period !== stat.Period) {
    throw validation(`The parameters ${path}.Period and ${path}.MetricStat.Period must be the same.`);
  }
  if (account !== undefined && !reader.linkedAccounts.mayRead(reader.account, account)) {
    throw invalidValue(notLinked(account));
  }
  const isForeign = account !== undefined && account !== reader.account;
  const problem = label === undefined ? undefined : labelProblem(label);
  if (problem !== undefined) throw validation(`Error in label of '${id}': ${problem}`);
  const base = { id, returnData: query.ReturnData ?? true, ...(label === undefined ? {} : { label }) };
  if (stat !== undefined) {
    const metric = metricOf(stat, `${path}.MetricStat`);
    return { ...base, metric: isForeign ? { ...metric, account } : metric };
  }
  if (isForeign) throw invalidValue("Expressions are computed of the metrics that other queries read.");
  if (expression === undefined) {
    throw validation(`One of the parameters ${path}.Expression and ${path}.MetricStat must be specified.`);
  }
  return {
    ...base,
    expression,
    ...(query.Period === undefined ? {} : { periodSeconds: requirePeriod(query.Period, `${path}.Period`) }),
  };
}

function metricOf(stat: NonNullable<WireQuery["MetricStat"]>, path: string): MathMetric {
  const { Namespace: namespace, MetricName: name, Dimensions: dimensions } = stat.Metric;
  if (namespace === undefined || name === undefined) {
    throw validation(`The parameters Namespace and MetricName of ${path}.Metric are required.`);
  }
  requireStatistic(stat.Stat, `${path}.Stat`);
  return {
    ...metricIdentity(namespace, name, dimensions),
    periodSeconds: requirePeriod(stat.Period, `${path}.Period`),
    statistic: stat.Stat,
    ...(stat.Unit === undefined ? {} : { unit: stat.Unit }),
  };
}
