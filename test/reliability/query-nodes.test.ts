// Queries of logs on nodes that share their stores: each node answers for those that the others run.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, onTestFinished, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { missingPostgres } from "../../src/storage/state/testing/postgres-server.ts";
import { optionsOf, startNodes } from "../support/nodes.ts";
import { refusal } from "../support/refusal.ts";

const logGroupName = "orders";
const pause = () => new Promise((resolve) => setTimeout(resolve, 20));

test.skipIf(missingPostgres !== "")(
  `a query of one node is seen, stopped and read at the other one, and fails with its node${missingPostgres}`,
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(joinPath(tmpdir(), "groundwatch-query-nodes-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const { nodes, advance } = await startNodes(folder);
    const [one, other] = nodes.map((node) => new CloudWatchLogs(optionsOf(node)));
    if (one === undefined || other === undefined) throw new Error("two are started");
    const { Now } = await new GroundwatchClient(optionsOf(nodes[0]!)).getClock();
    const now = new Date(Now).getTime();
    await one.createLogGroup({ logGroupName });
    await one.createLogStream({ logGroupName, logStreamName: "stream" });
    for (let batch = 0; batch < 3; batch++) {
      const logEvents = Array.from({ length: 10_000 }, (_, index) => ({
        timestamp: now,
        message: `{"k":1,"i":"event ${index}"}`,
      }));
      await one.putLogEvents({ logGroupName, logStreamName: "stream", logEvents });
    }
    const start = async (queryString: string) => {
      const span = { startTime: now - 3_600_000, endTime: now + 60_000 };
      const { queryId } = await one.startQuery({ logGroupName, queryString, ...span });
      return queryId!;
    };
    // 900 million pairs keep the engine busy for longer than a test may take.
    const join = `join type=inner left=a right=b where a.k=b.k (SOURCE "${logGroupName}" | fields k, i)`;
    const longQuery = `fields k, i | ${join} | stats max(concat(a.i, b.i))`;

    const complete = await start("filter @message like /event 9999/ | fields i");
    while ((await one.getQueryResults({ queryId: complete })).status !== "Complete") await pause();
    const rows = (await one.getQueryResults({ queryId: complete })).results;
    expect(rows).toHaveLength(3);
    expect((await other.getQueryResults({ queryId: complete })).results).toEqual(rows);

    await other.createLookupTable({ lookupTableName: "kinds", tableBody: "k,kind\n1,order\n" });
    const looked = await start("lookup kinds k OUTPUT kind | fields kind | limit 1");
    while ((await one.getQueryResults({ queryId: looked })).status !== "Complete") await pause();
    expect((await one.getQueryResults({ queryId: looked })).results?.[0]?.[0]?.value).toBe("order");

    const stopped = await start(longQuery);
    while ((await one.getQueryResults({ queryId: stopped })).status !== "Running") await pause();
    await advance(1);
    expect((await other.getQueryResults({ queryId: stopped })).status).toBe("Running");
    const { queries } = await other.describeQueries({ status: "Running" });
    expect(queries?.map(({ queryId }) => queryId)).toEqual([stopped]);
    const stream = new GroundwatchClient(optionsOf(nodes[1]!)).streamQueryResults({ QueryId: stopped });
    const streamed = { status: "" };
    const reading = (async () => {
      for await (const { End } of stream) streamed.status = End?.Status ?? streamed.status;
    })();
    expect(await other.stopQuery({ queryId: stopped })).toMatchObject({ success: true });
    // Who reads the stream at the other node hears of the end by that node's clock.
    while (streamed.status === "") await advance(1);
    await reading;
    expect(streamed.status).toBe("Cancelled");
    while ((await one.getQueryResults({ queryId: stopped })).status === "Running") await pause();
    expect((await other.getQueryResults({ queryId: stopped })).status).toBe("Cancelled");
    expect(await refusal(other.stopQuery({ queryId: stopped }))).toContain("is not running");

    const orphaned = await start(longQuery);
    await nodes[0]!.end("SIGKILL");
    const alone = nodes.slice(1);
    await advance(25, alone);
    expect((await other.getQueryResults({ queryId: orphaned })).status).not.toBe("Failed");
    await advance(6, alone);
    expect((await other.getQueryResults({ queryId: orphaned })).status).toBe("Failed");
  },
);
