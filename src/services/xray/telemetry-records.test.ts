// What daemons report of themselves adds up, for each daemon.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteState } from "../../storage/state/sqlite.ts";
import type { XrayContext } from "./context.ts";
import { putTelemetryRecords } from "./telemetry-records.ts";

test("reports of one daemon are added, also when they race, and kept apart from others'", async () => {
  const folder = await mkdtemp(join(tmpdir(), "groundwatch-daemons-"));
  const state = await openSqliteState(join(folder, "state.db"));
  onTestFinished(async () => {
    await state.close();
    await rm(folder, { recursive: true });
  });
  const context = { call: { account: "1", region: "r" }, dependencies: { state } } as XrayContext;
  const report = (Hostname: string) =>
    putTelemetryRecords(
      {
        Hostname,
        TelemetryRecords: [
          { Timestamp: new Date(5_000), SegmentsReceivedCount: 3, SegmentsSentCount: 2 },
          { Timestamp: new Date(4_000), BackendConnectionErrors: { TimeoutCount: 1, OtherCount: 2 } },
        ],
      },
      context,
    );
  await Promise.all([report("a"), report("a"), report("a")]);
  await report("b");
  const documents = await state.collection("xray-daemon-totals").list("1/r", { limit: 10 });
  const none = { segmentsSpilled: 0, segmentsRejected: 0, lastReportAt: 5_000 };
  expect(documents.map(({ value }) => value)).toEqual([
    expect.objectContaining({
      hostname: "a",
      segmentsReceived: 9,
      segmentsSent: 6,
      connectionErrors: 9,
      ...none,
    }),
    expect.objectContaining({
      hostname: "b",
      segmentsReceived: 3,
      segmentsSent: 2,
      connectionErrors: 3,
      ...none,
    }),
  ]);
});
