// What is told of sensitive data that was found: audit findings at their destinations, and a metric.
import type { Finding } from "../../core/logs/data-protection/mask.ts";
import type { DatumSeries } from "../../core/metrics/datum-batch.ts";
import { identityKey } from "../../core/metrics/metric-identity.ts";
import { logGroupArn } from "../../core/logs/log-group-identifier.ts";
import { queueFindings } from "../../storage/finding-deliveries.ts";
import type { LogsContext } from "./context.ts";
import type { AuditRule } from "./data-protection-rules.ts";

/** Puts events into the stream of findings of another group. */
export type WriteFindings = (
  logGroupName: string,
  logStreamName: string,
  messages: readonly string[],
) => Promise<void>;

export const findingsStream = "data-protection-findings";

/** Not AWS's: the places in an event that a report names; it counts all. */
const detectionsPerReport = 1_000;

/** `findings` has a list for each event in which something was found. */
export async function reportFindings(
  context: LogsContext,
  logGroupName: string,
  audits: readonly AuditRule[],
  findings: readonly (readonly Finding[])[],
  write: WriteFindings,
): Promise<void> {
  for (const audit of audits) {
    const { identifiers, destinations } = audit.policy;
    const events = findings
      .map((event) => event.filter(({ identifier }) => identifiers.has(identifier)))
      .filter(({ length }) => length > 0);
    if (events.length === 0) continue;
    await countFindings(context, logGroupName, audit, events.length);
    const reports = events.map((event) => JSON.stringify(reportOf(context, logGroupName, event)));
    if (destinations.logGroup !== undefined) await write(destinations.logGroup, findingsStream, reports);
    if (destinations.bucket !== undefined) await storeReports(context, destinations.bucket, reports);
    const { deliveryStream } = destinations;
    if (deliveryStream !== undefined) await sendReports(context, logGroupName, deliveryStream, reports);
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data-audit-findings.html */
function reportOf({ call }: LogsContext, logGroupName: string, findings: readonly Finding[]) {
  const byName = new Map<string, Finding[]>();
  for (const finding of findings) {
    const found = byName.get(finding.identifier);
    if (found === undefined) byName.set(finding.identifier, [finding]);
    else found.push(finding);
  }
  return {
    auditTimestamp: new Date(call.now).toISOString().replace(/\.\d+Z$/, "Z"),
    resourceArn: `${logGroupArn(call.account, call.region, logGroupName)}:*`,
    dataIdentifiers: [...byName].map(([name, found]) => ({
      name,
      count: found.length,
      detections: found.slice(0, detectionsPerReport).map(({ start, end }) => ({ start, end })),
    })),
  };
}

/** They wait durably until they are delivered. */
async function sendReports(
  { call, dependencies }: LogsContext,
  logGroupName: string,
  deliveryStream: string,
  records: readonly string[],
): Promise<void> {
  const { account, region, now } = call;
  const found = logGroupArn(account, region, logGroupName);
  await queueFindings(
    dependencies.state,
    { account, region, logGroupArn: found, deliveryStream, records },
    now,
  );
  dependencies.facts.publish({ kind: "FindingsQueued" });
}

async function storeReports(
  { call, dependencies }: LogsContext,
  bucket: string,
  reports: readonly string[],
): Promise<void> {
  const day = new Date(call.now).toISOString().slice(0, 10).replaceAll("-", "/");
  const key = `AWSLogs/${call.account}/CloudWatchLogs/${call.region}/${day}/${call.requestId}.json`;
  await dependencies.blobs.put(bucket, key, Buffer.from(`${reports.join("\n")}\n`));
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
async function countFindings(
  { call, dependencies, metricBatches }: LogsContext,
  logGroupName: string,
  { policy, isOfAccount }: AuditRule,
  events: number,
): Promise<void> {
  const world = await dependencies.worlds.numberOf(call.account, call.region);
  const named = isOfAccount ? "ACCOUNT_DATA_PROTECTION_POLICY" : policy.name;
  await metricBatches.add(world, call.now, (batch) => {
    batch.add(seriesOf(logGroupName, undefined), call.now, events);
    if (named !== undefined && named !== "") batch.add(seriesOf(logGroupName, named), call.now, events);
  });
}

/** The name of the policy is a dimension of its own, where it has one. */
function seriesOf(logGroupName: string, policyName: string | undefined): DatumSeries {
  const dimensions = [
    { name: "DataProtectionOperation", value: "Audit" },
    { name: "LogGroupName", value: logGroupName },
    ...(policyName === undefined ? [] : [{ name: "PolicyName", value: policyName }]),
  ];
  const identity = { namespace: "AWS/Logs", name: "LogEventsWithFindings", dimensions };
  return { ...identity, key: identityKey(identity), unit: "Count", resolutionSeconds: 60 };
}
