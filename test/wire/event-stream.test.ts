// An operation that answers a stream of events, read by the official client.
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "vitest";
import { limits } from "../../src/services/cloudwatch-logs/limits.ts";
import { defineService, modelled } from "../../src/wire/service.ts";
import { clientConfig, testApp } from "./loopback.ts";

async function* tail(): AsyncGenerator<logs.StartLiveTailResponseStream> {
  yield { sessionStart: { requestId: "r", logGroupIdentifiers: ["g"] } };
  yield {
    sessionUpdate: { sessionMetadata: { sampled: false }, sessionResults: [{ timestamp: 5, message: "é" }] },
  };
  throw modelled(logs.SessionTimeoutException, "The session is three hours old.");
}

const service = defineService({
  name: "cloudwatch-logs",
  sdk: logs,
  limits,
  contextOf: (call) => call,
  handlers: { StartLiveTail: (_input) => ({ responseStream: tail() }) },
});

test("events arrive one by one, and a modelled error ends them", async () => {
  const client = new logs.CloudWatchLogsClient(clientConfig(testApp([service]), "awsJson1.1"));
  const group = "arn:aws:logs:eu-west-1:123456789012:log-group:g";
  const { responseStream } = await client.send(
    new logs.StartLiveTailCommand({ logGroupIdentifiers: [group] }),
  );
  const events: logs.StartLiveTailResponseStream[] = [];
  const read = async () => {
    for await (const event of responseStream ?? []) events.push(event);
  };
  await expect(read()).rejects.toBeInstanceOf(logs.SessionTimeoutException);
  expect(events).toEqual([
    { sessionStart: { requestId: "r", logGroupIdentifiers: ["g"] } },
    {
      sessionUpdate: {
        sessionMetadata: { sampled: false },
        sessionResults: [{ timestamp: 5, message: "é" }],
      },
    },
  ]);
});
