// Dashboards: their bodies are checked and kept as they are.
import {
  ConflictException,
  DashboardInvalidInputError,
  DashboardNotFoundError,
  InvalidParameterValueException,
} from "@aws-sdk/client-cloudwatch";
import { checkDashboardBody } from "../../core/dashboards/check-body.ts";
import type { BodyMessage } from "../../core/dashboards/shape.ts";
import { dashboardsOf, type Dashboard } from "../../storage/dashboards.ts";
import { modelled } from "../../wire/service.ts";
import { isKeyPosition, parseToken, printToken } from "./alarm-errors.ts";
import { withTags } from "./alarm-input.ts";
import type { CloudWatchContext, Input, Output } from "./context.ts";
import { untilWritten } from "./stored-alarms.ts";

/** How many ListDashboards answers at once. */
const pageSize = 1_000;
const maximumNameLength = 255;
const maximumDeletions = 100;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
export async function putDashboard(
  input: Input<"PutDashboard">,
  { call, dependencies }: CloudWatchContext,
): Promise<Output<"PutDashboard">> {
  const { DashboardName: name, DashboardBody: body } = input;
  requireName(name);
  const findings = checkDashboardBody(body);
  if (findings === undefined) {
    throw modelled(DashboardInvalidInputError, "The field DashboardBody must be a valid JSON object", {
      dashboardValidationMessages: [],
    });
  }
  if (findings.errors.length > 0) throw invalidBody(findings.errors);
  const dashboards = dashboardsOf(dependencies.state);
  await untilWritten(async () => {
    const before = await dashboards.get(call.account, name);
    const tags = before?.value.tags ?? withTags({}, input.Tags);
    const dashboard: Dashboard = { name, body, tags, updatedAt: call.now };
    return before === undefined
      ? dashboards.create(call.account, name, dashboard)
      : dashboards.replace(call.account, name, dashboard, before.version);
  }, ConflictException);
  return { DashboardValidationMessages: findings.warnings.map(shown) };
}

function requireName(name: string): void {
  if (name.length > maximumNameLength) {
    throw modelled(
      InvalidParameterValueException,
      `The value ${name} for field DashboardName must not be longer than ${maximumNameLength} characters.`,
    );
  }
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw modelled(
      InvalidParameterValueException,
      `The value ${name} for field DashboardName contains invalid characters. ` +
        "It can only contain alphanumerics, dash (-) and underscore (_).",
    );
  }
}

/** CloudWatch repeats the messages in its message, since many clients show nothing else. */
function invalidBody(errors: readonly BodyMessage[]): Error {
  const listed = errors.map(({ path, message }) => ({ dataPath: path, message }));
  return modelled(
    DashboardInvalidInputError,
    `The dashboard body is invalid, there are ${errors.length} validation errors:\n` +
      JSON.stringify(listed, undefined, 2),
    { dashboardValidationMessages: errors.map(shown) },
  );
}

const shown = ({ path, message }: BodyMessage) => ({ DataPath: path, Message: message });

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetDashboard.html */
export async function getDashboard(
  { DashboardName: name }: Input<"GetDashboard">,
  { call, dependencies }: CloudWatchContext,
): Promise<Output<"GetDashboard">> {
  requireName(name);
  const found = await dashboardsOf(dependencies.state).get(call.account, name);
  if (found === undefined) throw modelled(DashboardNotFoundError, `Dashboard ${name} does not exist`);
  return {
    DashboardArn: dashboardArn(call.account, name),
    DashboardBody: found.value.body,
    DashboardName: name,
  };
}

const dashboardArn = (account: string, name: string) => `arn:aws:cloudwatch::${account}:dashboard/${name}`;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListDashboards.html */
export async function listDashboards(
  input: Input<"ListDashboards">,
  { call, dependencies }: CloudWatchContext,
): Promise<Output<"ListDashboards">> {
  const after = parseToken(input.NextToken, isKeyPosition, InvalidParameterValueException);
  const prefix = input.DashboardNamePrefix;
  const found = await dashboardsOf(dependencies.state).list(call.account, {
    ...(prefix === undefined ? {} : { prefix }),
    ...(after === undefined ? {} : { after }),
    limit: pageSize + 1,
  });
  const page = found.slice(0, pageSize);
  const last = page.at(-1);
  return {
    DashboardEntries: page.map(({ value: { name, body, updatedAt } }) => ({
      DashboardName: name,
      DashboardArn: dashboardArn(call.account, name),
      LastModified: new Date(updatedAt),
      Size: Buffer.byteLength(body),
    })),
    ...(found.length > pageSize && last !== undefined ? { NextToken: printToken({ key: last.key }) } : {}),
  };
}

/**
 * All of them or none: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteDashboards.html
 */
export async function deleteDashboards(
  { DashboardNames }: Input<"DeleteDashboards">,
  { call, dependencies }: CloudWatchContext,
): Promise<object> {
  const names = [...new Set(DashboardNames)];
  if (names.length > maximumDeletions) {
    throw modelled(
      InvalidParameterValueException,
      `The collection DashboardNames must not have a size greater than ${maximumDeletions}.`,
    );
  }
  names.forEach(requireName);
  const dashboards = dashboardsOf(dependencies.state);
  await untilWritten(async () => {
    const found = await dashboards.getMany(call.account, names);
    const known = new Set(found.map(({ key }) => key));
    const missing = names.filter((name) => !known.has(name));
    if (missing.length > 0) {
      const listed = missing.join(", ");
      throw modelled(DashboardNotFoundError, `The specified dashboards do not exist. [${listed}]`);
    }
    const { name: collection } = dashboards;
    return dependencies.state.write(
      found.map(({ scope, key, version }) => ({ kind: "delete", collection, scope, key, version })),
    );
  }, ConflictException);
  return {};
}
