// How requests find their operation, whichever way a client has of naming it.
import { describe, expect, test } from "vitest";
import type { WireRequest } from "../../src/wire/request.ts";
import { createRouter } from "../../src/wire/routing.ts";
import { defineService } from "../../src/wire/service.ts";
import { awsServices } from "./aws-services.ts";

const services = awsServices.map(({ name, sdk, limits }) =>
  defineService({ name, sdk, limits, handlers: {}, contextOf: (call) => call }),
);
const router = createRouter(services);

function request(method: string, url: string, headers: Record<string, string> = {}, body = ""): WireRequest {
  return { method, url, headers, body: Buffer.from(body), sourceAddress: "" };
}

function found(wanted: WireRequest): string {
  const { service, protocol, operation } = router.route(wanted);
  const { name } = operation ?? router.queryOperation(service, wanted, wanted.body);
  return `${service.model.name} ${protocol.name} ${name}`;
}

const scope = (service: string) => ({
  authorization:
    `AWS4-HMAC-SHA256 Credential=AKID/20261121/eu-west-1/${service}/aws4_request, ` +
    "SignedHeaders=host, Signature=00",
});

const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };

test.each([
  ["Logs_20140328.PutLogEvents", "cloudwatch-logs awsJson1.1 PutLogEvents"],
  ["AWSEvents.PutEvents", "eventbridge awsJson1.1 PutEvents"],
  ["CloudTrail_20131101.LookupEvents", "cloudtrail awsJson1.1 LookupEvents"],
  [
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents",
    "cloudtrail awsJson1.1 LookupEvents",
  ],
  ["GraniteServiceVersion20100801.PutMetricData", "cloudwatch awsJson1.0 PutMetricData"],
])("X-Amz-Target: %s", (target, operation) => {
  expect(found(request("POST", "/", { "x-amz-target": target }))).toBe(operation);
});

test.each([
  "",
  ".",
  "PutLogEvents",
  "Logs_20140328.",
  "Logs_20140328.toString",
  "__proto__.PutLogEvents",
  "AWSXRay.PutTraceSegments",
])("X-Amz-Target: %s is nothing", (target) => {
  expect(() => router.route(request("POST", "/", { "x-amz-target": target }))).toThrow("not recognized");
});

test("X-Amz-Target leads to the same operation each time, and to another when it is another", () => {
  const targets = [
    "Logs_20140328.PutLogEvents",
    "Logs_20140328.GetLogEvents",
    "x.Logs_20140328.PutLogEvents",
    "AWSEvents.PutEvents",
  ];
  const operations = [...targets, ...targets].map((target) =>
    found(request("POST", "/", { "x-amz-target": target })),
  );
  const expected = ["PutLogEvents", "GetLogEvents", "PutLogEvents"].map((name) => `logs awsJson1.1 ${name}`);
  const each = [...expected.map((name) => `cloudwatch-${name}`), "eventbridge awsJson1.1 PutEvents"];
  expect(operations).toEqual([...each, ...each]);
  expect(() => router.route(request("POST", "/", { "x-amz-target": "AWSEvents.PutLogEvents" }))).toThrow(
    "not recognized",
  );
});

test("rpcv2Cbor names service and operation in its path, which may have something before it", () => {
  const headers = { "smithy-protocol": "rpc-v2-cbor" };
  const path = "/service/GraniteServiceVersion20100801/operation/ListMetrics";
  expect(found(request("POST", path, headers))).toBe("cloudwatch rpcv2Cbor ListMetrics");
  expect(found(request("POST", `/proxy${path}`, headers))).toBe("cloudwatch rpcv2Cbor ListMetrics");
  expect(() => router.route(request("POST", `${path}/x`, headers))).toThrow("not recognized");
});

describe("awsQuery", () => {
  test.each([
    ["Action=ListMetrics&Version=2010-08-01", "cloudwatch awsQuery ListMetrics"],
    ["Version=2010-08-01&MetricName=Action=&Action=PutMetricData", "cloudwatch awsQuery PutMetricData"],
  ])("in the body: %s", (body, operation) => {
    expect(found(request("POST", "/", form, body))).toBe(operation);
    expect(found(request("POST", "/", { ...form, ...scope("monitoring") }, body))).toBe(operation);
  });

  test("in the URL", () => {
    expect(found(request("GET", "/?Version=2010-08-01&Action=ListMetrics"))).toBe(
      "cloudwatch awsQuery ListMetrics",
    );
  });

  test("an unknown or missing action", () => {
    expect(() => found(request("POST", "/", form, "Action=Boil"))).toThrow("The action Boil is not valid");
    expect(() => found(request("POST", "/", form, "MyAction=ListMetrics"))).toThrow(
      "must contain the parameter Action",
    );
  });
});

describe("restJson1", () => {
  test.each([
    ["POST", "/TraceSegments", "xray restJson1 PutTraceSegments"],
    ["POST", "/TraceSegments/?x=1", "xray restJson1 PutTraceSegments"],
    ["GET", "/v1/registries", "schemas restJson1 ListRegistries"],
    ["GET", "/v1/registries/name/a%2Fb/schemas/search?keywords=k", "schemas restJson1 SearchSchemas"],
    ["GET", "/v1/registries/name/a/schemas", "schemas restJson1 ListSchemas"],
    ["DELETE", "/v1/registries/name/search/schemas/name/x", "schemas restJson1 DeleteSchema"],
    [
      "GET",
      "/tags/arn%3Aaws%3Aschemas%3Aeu-west-1%3A1%3Aregistry%2Fmine",
      "schemas restJson1 ListTagsForResource",
    ],
  ])("%s %s", (method, url, operation) => {
    expect(found(request(method, url))).toBe(operation);
  });

  test("a signature for another service does not reach this one", () => {
    expect(found(request("POST", "/TraceSegments", scope("xray")))).toBe("xray restJson1 PutTraceSegments");
    expect(() => found(request("POST", "/TraceSegments", scope("schemas")))).toThrow("not known");
  });

  test.each([
    ["PUT", "/TraceSegments"],
    ["GET", "/v1/registries/name/a/b"],
    ["GET", "/v1/registries/name/"],
    ["GET", "//v1/registries"],
    ["GET", "/toString"],
  ])("%s %s is nothing", (method, url) => {
    expect(() => router.route(request(method, url))).toThrow("not known");
  });
});

test("requests of a browser are not claimed", () => {
  for (const url of ["/", "/index.html", "/metrics?x=Action", "/assets/app.js"]) {
    expect(router.claims(request("GET", url))).toBe(false);
  }
  expect(router.claims(request("POST", "/TraceSegments"))).toBe(true);
  expect(router.claims(request("GET", "/index.html", scope("logs")))).toBe(true);
  expect(
    router.claims(request("GET", "/?X-Amz-Credential=A%2F20261121%2Feu-west-1%2Flogs%2Faws4_request")),
  ).toBe(true);
  expect(router.claims(request("POST", "/", { "x-amz-target": "x.y" }))).toBe(true);
  expect(router.claims(request("POST", "/", form))).toBe(true);
});
