// What tests of deliveries need: a server, its client, and a receiver to which its services are pointed.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, afterEach, beforeAll } from "vitest";
import { startReceiver, type Receiver } from "./receiver.ts";
import { startTestServer, type TestServer } from "./server.ts";

export interface DeliveryServer {
  readonly receiver: Receiver;
  readonly server: TestServer;
  readonly logs: CloudWatchLogs;
}

/** Starts them before the tests of a file and stops them behind; each test begins with nothing received. */
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
