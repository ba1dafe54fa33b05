// A server and its client for all tests of a file, alone or with a receiver of what it delivers.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, afterEach, beforeAll } from "vitest";
import { startReceiver, type Receiver } from "./receiver.ts";
import { startTestServer, type TestServer } from "./server.ts";

export interface LogsServer {
  readonly server: TestServer;
  readonly logs: CloudWatchLogs;
}

export interface DeliveryServer extends LogsServer {
  readonly receiver: Receiver;
}

/** Starts a server before the tests of a file and stops it behind them. */
export function withLogsServer(onStarted: (started: LogsServer) => void): void {
  let server: TestServer | undefined;
  beforeAll(async () => {
    server = await startTestServer();
    onStarted({ server, logs: new CloudWatchLogs(server.clientConfig()) });
  });
  afterAll(() => server?.stop());
}

/** The services of this one are all the receiver; each test begins with nothing received. */
export function withDeliveryServer(onStarted: (started: DeliveryServer) => void): void {
  let receiver: Receiver | undefined;
  let server: TestServer | undefined;
  beforeAll(async () => {
    receiver = await startReceiver();
    server = await startTestServer({ serviceEndpoints: receiver.endpointsFile });
    onStarted({ receiver, server, logs: new CloudWatchLogs(server.clientConfig()) });
  });
  afterEach(() => {
    receiver?.requests.splice(0);
    receiver?.answers.splice(0);
  });
  afterAll(async () => {
    await server?.stop();
    await receiver?.stop();
  });
}
