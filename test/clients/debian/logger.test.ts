// The program `logger` of Debian sends syslog in each of its forms.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test, vi } from "vitest";
import { startTestServer, testAccount } from "../../support/server.ts";
import { freeUdpPort } from "../../support/udp.ts";

const run = promisify(execFile);

test.each([
  ["--udp", "--rfc5424"],
  ["--udp", "--rfc3164"],
  ["--tcp", "--rfc5424"],
  ["--tcp", "--rfc3164"],
  ["--tcp", "--octet-count"],
])("%s %s", async (transport, form) => {
  const syslogPort = await freeUdpPort();
  const server = await startTestServer({ syslogPort, account: testAccount });
  try {
    const to = ["--server", "127.0.0.1", "--port", String(syslogPort), transport, form];
    await run("logger", [...to, "--priority", "local3.warning", "--tag", "backup", "disk is nearly full"]);
    const logs = new CloudWatchLogs(server.clientConfig());
    await vi.waitFor(async () => {
      const { events = [] } = await logs.filterLogEvents({ logGroupName: "/groundwatch/syslog" });
      expect(events.map(({ message = "" }) => JSON.parse(message) as unknown)).toEqual([
        expect.objectContaining({
          facility: "local3",
          severity: "warning",
          appName: "backup",
          message: "disk is nearly full",
        }),
      ]);
    }, 20_000);
  } finally {
    await server.stop();
  }
});
