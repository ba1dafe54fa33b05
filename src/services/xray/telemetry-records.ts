// Telemetry records: what X-Ray daemons count of themselves, kept as totals per daemon.
import { InvalidRequestException } from "@aws-sdk/client-xray";
import type * as Sdk from "@aws-sdk/client-xray";
import type { InputOf } from "../../wire/handlers.ts";
import { modelled } from "../../wire/service.ts";
import type { XrayContext } from "./context.ts";

/** The state collection of the totals, by the daemon's instance, host and resource. */
const daemonTotals = "xray-daemon-totals";

/** What one daemon has reported since its first report; instants are epoch milliseconds. */
interface DaemonTotals {
  readonly instanceId: string;
  readonly hostname: string;
  readonly resourceArn: string;
  readonly lastReportAt: number;
  readonly segmentsReceived: number;
  readonly segmentsSent: number;
  readonly segmentsSpilled: number;
  readonly segmentsRejected: number;
  readonly connectionErrors: number;
}

/** How often a report that races another one of the same daemon is added again. */
const attempts = 10;

/** https://docs.aws.amazon.com/xray/latest/api/API_PutTelemetryRecords.html */
export async function putTelemetryRecords(
  input: InputOf<typeof Sdk, "PutTelemetryRecords">,
  { call, dependencies }: XrayContext,
): Promise<object> {
  const collection = dependencies.state.collection<DaemonTotals>(daemonTotals);
  const scope = `${call.account}/${call.region}`;
  const { EC2InstanceId: instanceId = "", Hostname: hostname = "", ResourceARN: resourceArn = "" } = input;
  const key = `${instanceId} ${hostname} ${resourceArn}`;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const known = await collection.get(scope, key);
    const before = known?.value ?? { ...noTotals, instanceId, hostname, resourceArn };
    const totals = input.TelemetryRecords.reduce(withRecord, before);
    const stored =
      known === undefined
        ? await collection.create(scope, key, totals)
        : await collection.replace(scope, key, totals, known.version);
    if (stored) return {};
  }
  throw modelled(InvalidRequestException, "Too many reports of one daemon at the same time.");
}

const noTotals = {
  lastReportAt: 0,
  segmentsReceived: 0,
  segmentsSent: 0,
  segmentsSpilled: 0,
  segmentsRejected: 0,
  connectionErrors: 0,
} as const;

type TelemetryRecord = InputOf<typeof Sdk, "PutTelemetryRecords">["TelemetryRecords"][number];

function withRecord(totals: DaemonTotals, record: TelemetryRecord): DaemonTotals {
  const errors = Object.values<number | undefined>(record.BackendConnectionErrors ?? {});
  return {
    ...totals,
    lastReportAt: Math.max(totals.lastReportAt, record.Timestamp.getTime()),
    segmentsReceived: totals.segmentsReceived + (record.SegmentsReceivedCount ?? 0),
    segmentsSent: totals.segmentsSent + (record.SegmentsSentCount ?? 0),
    segmentsSpilled: totals.segmentsSpilled + (record.SegmentsSpilloverCount ?? 0),
    segmentsRejected: totals.segmentsRejected + (record.SegmentsRejectedCount ?? 0),
    connectionErrors: errors.reduce((sum: number, count) => sum + (count ?? 0), totals.connectionErrors),
  };
}
