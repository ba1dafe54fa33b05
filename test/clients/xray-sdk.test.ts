// aws-xray-sdk with express, sending its segments over UDP as it does to the X-Ray daemon.
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { createServer } from "node:http";
import { XRay } from "@aws-sdk/client-xray";
import AWSXRay from "aws-xray-sdk";
import express from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";
import { eventually } from "../support/observe.ts";
import { freeUdpPort } from "../support/udp.ts";

let server: TestServer;
let application: ReturnType<typeof createServer>;

beforeAll(async () => {
  const xrayUdpPort = await freeUdpPort();
  server = await startTestServer({ clock: "system", xrayUdpPort });
  AWSXRay.setDaemonAddress(`127.0.0.1:${xrayUdpPort}`);
  AWSXRay.middleware.disableCentralizedSampling();
  AWSXRay.middleware.setSamplingRules({ version: 2, default: { fixed_target: 100, rate: 1 }, rules: [] });
  AWSXRay.setContextMissingStrategy("IGNORE_ERROR");
  application = createServer(expressApplication()).listen(0, "127.0.0.1");
  await once(application, "listening");
});

afterAll(async () => {
  application?.close();
  await server?.stop();
});

function expressApplication() {
  const app = express();
  app.use(AWSXRay.express.openSegment("shop"));
  app.get("/cart", (request, response) => {
    const segment = AWSXRay.getSegment();
    segment?.addAnnotation("customer", "c-1");
    const subsegment = segment?.addNewSubsegment("price");
    subsegment?.close();
    response.status(request.query["fail"] === undefined ? 200 : 500).send("ok");
  });
  app.use(AWSXRay.express.closeSegment());
  return app;
}

test("a request traced by the SDK is a trace with its subsegment and annotation", async () => {
  const { port } = application.address() as AddressInfo;
  const epoch = Math.floor(Date.now() / 1000).toString(16);
  const traceIds = [`1-${epoch}-00000000000000000000000a`, `1-${epoch}-00000000000000000000000b`] as const;
  const call = (path: string, traceId: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { "x-amzn-trace-id": `Root=${traceId};Sampled=1` } });
  await call("/cart", traceIds[0]);
  await call("/cart?fail=1", traceIds[1]);

  const xray = new XRay({
    endpoint: server.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "000000000000", secretAccessKey: "any" },
  });
  const segments = await eventually(async () => {
    const { Traces = [] } = await xray.batchGetTraces({ TraceIds: [...traceIds] });
    expect(Traces).toHaveLength(2);
    return new Map(Traces.map((trace) => [trace.Id, JSON.parse(trace.Segments?.[0]?.Document ?? "{}")]));
  });
  expect(segments.get(traceIds[0])).toMatchObject({
    name: "shop",
    annotations: { customer: "c-1" },
    http: { response: { status: 200 } },
    subsegments: [{ name: "price" }],
  });
  expect(segments.get(traceIds[1])).toMatchObject({ fault: true, http: { response: { status: 500 } } });
});
