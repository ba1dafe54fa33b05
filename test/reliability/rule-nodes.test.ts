// Rules for log events on nodes that share their stores: what one node changes holds for events at the other.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, onTestFinished, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { missingPostgres } from "../../src/storage/state/testing/postgres-server.ts";
import { optionsOf, startNodes } from "../support/nodes.ts";
import { refusal } from "../support/refusal.ts";

const logGroupName = "orders";
const logStreamName = "stream";

test.skipIf(missingPostgres !== "")(
  `masks, keys, retention and deletions of one node hold at the other one${missingPostgres}`,
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "groundwatch-rule-nodes-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const flags = ["--master-key-file", join(folder, "master.key")];
    const { nodes, advance } = await startNodes(folder, flags);
    const [one, other] = nodes.map((node) => new CloudWatchLogs(optionsOf(node)));
    if (one === undefined || other === undefined) throw new Error("two are started");
    const own = new GroundwatchClient(optionsOf(nodes[0]!));
    const put = async (message: string, ageMs = 0) => {
      const timestamp = new Date((await own.getClock()).Now).getTime() - ageMs;
      return other.putLogEvents({ logGroupName, logStreamName, logEvents: [{ timestamp, message }] });
    };
    const messages = async () =>
      (await one.filterLogEvents({ logGroupName })).events?.map(({ message }) => message);
    await one.createLogGroup({ logGroupName });
    await one.createLogStream({ logGroupName, logStreamName });
    // From here on the other node knows the group, the stream and its rules.
    await put("of ann@example.com");

    const identifier = "arn:aws:dataprotection::aws:data-identifier/EmailAddress";
    const statement = (Operation: object) => ({ DataIdentifier: [identifier], Operation });
    const policyDocument = JSON.stringify({
      Name: "mail",
      Version: "2021-06-01",
      Statement: [
        statement({ Audit: { FindingsDestination: {} } }),
        statement({ Deidentify: { MaskConfig: {} } }),
      ],
    });
    await one.putDataProtectionPolicy({ logGroupIdentifier: logGroupName, policyDocument });
    await advance(1);
    await put("of bob@example.com");
    expect(await messages()).toEqual(["of ann@example.com", "of ***************"]);

    const { Arn: kmsKeyId } = (await own.createKey({})).KeyMetadata;
    await one.associateKmsKey({ logGroupName, kmsKeyId });
    await one.putRetentionPolicy({ logGroupName, retentionInDays: 1 });
    await advance(1);
    const { rejectedLogEventsInfo } = await put("too old", 2 * 86_400_000);
    expect(rejectedLogEventsInfo).toMatchObject({ expiredLogEventEndIndex: 1 });
    await put("sealed");
    await own.disableKey({ KeyId: kmsKeyId });
    expect(await refusal(messages())).toContain("is disabled");
    expect(await refusal(put("under a disabled key"))).toContain("AccessDeniedException");

    await one.deleteLogGroup({ logGroupName });
    await advance(1);
    expect(await refusal(put("to nowhere"))).toContain("ResourceNotFoundException");
  },
);
