// Actions of alarms under kill -9 in the middle of their attempt.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { loadAlarm } from "../support/load-alarm.ts";
import { eventually } from "../support/observe.ts";
import { startProcess } from "../support/process.ts";
import { testAccount, testRegion } from "../support/server.ts";
import { startSubscriber } from "../support/subscriber.ts";

test("an action that was under way is performed again, those that waited are performed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "groundwatch-kill-"));
  const credentials = { accessKeyId: testAccount, secretAccessKey: "any" };
  const web = await startSubscriber();
  const targets = join(folder, "targets.json");
  writeFileSync(targets, JSON.stringify([{ service: "lambda", webhook: web.url }]));
  const flags = ["--clock", "manual", "--action-targets", targets];
  const first = await startProcess(join(folder, "data"), flags);
  const cloudwatch = new CloudWatch({ endpoint: first.endpoint, region: testRegion, credentials });
  // More than are performed at a time.
  const names = Array.from({ length: 80 }, (_, number) => `alarm-${number}`);
  const AlarmActions = [`arn:aws:lambda:${testRegion}:${testAccount}:function:pager`];
  const put = (AlarmName: string) =>
    cloudwatch.putMetricAlarm({
      AlarmName,
      ...loadAlarm,
      AlarmActions,
    });
  await Promise.all(names.map(put));
  web.answerWith(0);
  await Promise.all(
    names.map((AlarmName) =>
      cloudwatch.setAlarmState({ AlarmName, StateValue: "ALARM", StateReason: "tried" }),
    ),
  );
  await eventually(async () => expect(web.posts.length).toBeGreaterThan(1));
  await first.end("SIGKILL");

  web.answerWith(200);
  const told = web.posts.splice(0).map(({ headers }) => headers["x-groundwatch-message-id"]);
  const second = await startProcess(join(folder, "data"), flags);
  await new GroundwatchClient({ endpoint: second.endpoint, credentials }).advanceClock({
    Milliseconds: 130_000,
  });
  const events = web.posts.map(({ body }) => JSON.parse(body) as { alarmData: { alarmName: string } });
  expect(new Set(events.map(({ alarmData }) => alarmData.alarmName))).toEqual(new Set(names));
  const again = new Set(web.posts.map(({ headers }) => headers["x-groundwatch-message-id"]));
  expect(told.every((id) => again.has(id))).toBe(true);
  const { AlarmHistoryItems } = await new CloudWatch({
    endpoint: second.endpoint,
    region: testRegion,
    credentials,
  }).describeAlarmHistory({ HistoryItemType: "Action" });
  expect(AlarmHistoryItems).toHaveLength(80);
  await second.end("SIGTERM");
  await web.stop();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);
