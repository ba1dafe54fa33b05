// Golden bytes: what each protocol reads and writes, to the byte.
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as schemas from "@aws-sdk/client-schemas";
import * as xray from "@aws-sdk/client-xray";
import { expect, test } from "vitest";
import { limits as logsLimits } from "../../src/services/cloudwatch-logs/limits.ts";
import { limits as cloudwatchLimits } from "../../src/services/cloudwatch/limits.ts";
import { limits as schemasLimits } from "../../src/services/schemas/limits.ts";
import { limits as xrayLimits } from "../../src/services/xray/limits.ts";
import type { CallContext, WireRequest } from "../../src/wire/request.ts";
import { defineService, modelled } from "../../src/wire/service.ts";
import { testApp } from "./loopback.ts";

const contextOf = (call: CallContext) => call;
const inputs: unknown[] = [];

const app = testApp([
  defineService({
    name: "cloudwatch",
    sdk: cloudwatch,
    limits: cloudwatchLimits,
    contextOf,
    handlers: {
      PutMetricData(input) {
        inputs.push(input);
        return {};
      },
      GetMetricStatistics: () => ({
        Label: 'a "b" <c> é',
        Datapoints: [
          {
            Timestamp: new Date(1_700_000_000_000),
            Average: 6,
            Maximum: 0.1,
            Unit: cloudwatch.StandardUnit.Count,
          },
          { Timestamp: new Date(1_700_000_060_250), Average: Number.NaN, Sum: 1e21 },
        ],
      }),
      GetDashboard() {
        throw modelled(cloudwatch.DashboardNotFoundError, "Dashboard x & y does not exist");
      },
    },
  }),
  defineService({
    name: "cloudwatch-logs",
    sdk: logs,
    limits: logsLimits,
    contextOf,
    handlers: {
      PutLogEvents(input) {
        inputs.push(input);
        return { rejectedLogEventsInfo: { tooOldLogEventEndIndex: 2 } };
      },
      CreateLogGroup: () => ({}),
      DescribeLogStreams() {
        throw modelled(logs.ResourceNotFoundException, "The specified log group does not exist.");
      },
    },
  }),
  defineService({
    name: "xray",
    sdk: xray,
    limits: xrayLimits,
    contextOf,
    handlers: {
      GetSamplingTargets(input) {
        inputs.push(input);
        return {
          SamplingTargetDocuments: [
            { RuleName: "Default", FixedRate: 1, ReservoirQuotaTTL: new Date(1_700_000_000_500) },
          ],
          LastRuleModification: new Date(0),
        };
      },
      GetGroup() {
        throw modelled(xray.InvalidRequestException, "Group not found");
      },
    },
  }),
  defineService({
    name: "schemas",
    sdk: schemas,
    limits: schemasLimits,
    contextOf,
    handlers: {
      UntagResource(input) {
        inputs.push(input);
        return {};
      },
      DescribeRegistry: (input) => ({ RegistryName: input.RegistryName, Tags: { a: "b" } }),
      DescribeSchema: () => ({
        LastModified: new Date(1_700_000_000_000),
        VersionCreatedDate: new Date(1_700_000_000_007),
      }),
      GetCodeBindingSource: () => ({ Body: Buffer.from([0x50, 0x4b, 0x00, 0xff]) }),
      DescribeDiscoverer() {
        throw modelled(schemas.NotFoundException, "no discoverer", { Code: "NotFound" });
      },
    },
  }),
]);

type Head = Readonly<Record<string, string>>;

async function send(method: string, url: string, headers: Head, body: string | Uint8Array = "") {
  inputs.length = 0;
  const request: WireRequest = { method, url, headers, body: Buffer.from(body), sourceAddress: "" };
  const response = await app.handle(request);
  const { "x-amzn-requestid": _id, date: _date, ...rest } = response.headers;
  const answer = response.body as string | Uint8Array;
  return {
    status: response.status,
    headers: rest,
    body: typeof answer === "string" ? answer : Buffer.from(answer).toString("hex"),
  };
}

const json = (version: string, target: string) => ({
  "x-amz-target": target,
  "content-type": `application/x-amz-json-${version}`,
});

test("awsJson1.0: doubles keep their point, timestamps are seconds", async () => {
  const period = `"StartTime":1700000000,"EndTime":1.7E9,"Period":60`;
  const body = `{"Namespace":"N","MetricName":"m",${period}}`;
  expect(
    await send("POST", "/", json("1.0", "GraniteServiceVersion20100801.GetMetricStatistics"), body),
  ).toEqual({
    status: 200,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body:
      String.raw`{"Label":"a \"b\" <c> é","Datapoints":[` +
      `{"Timestamp":1700000000,"Average":6.0,"Maximum":0.1,"Unit":"Count"},` +
      `{"Timestamp":1700000060.25,"Average":"NaN","Sum":1e+21}]}`,
  });
});

test("awsJson1.0: what a client sends", async () => {
  const numbers = `"Value":"Infinity","Values":[1,2.5],"Timestamp":1700000000.123`;
  const datum = `{"MetricName":"m",${numbers},"Unknown":[{}]}`;
  const body = `{"Namespace":"N","MetricData":[${datum}],"StrictEntityValidation":null}`;
  const response = await send("POST", "/", json("1.0", "GraniteServiceVersion20100801.PutMetricData"), body);
  expect(response).toEqual({
    status: 200,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: "{}",
  });
  expect(inputs[0]).toEqual({
    Namespace: "N",
    MetricData: [
      { MetricName: "m", Value: Infinity, Values: [1, 2.5], Timestamp: new Date(1_700_000_000_123) },
    ],
  });
});

test("awsJson1.0: an error of a service that once spoke awsQuery", async () => {
  const target = json("1.0", "GraniteServiceVersion20100801.GetDashboard");
  const answer = {
    status: 404,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body:
      `{"__type":"com.amazonaws.cloudwatch#DashboardNotFoundError",` +
      `"message":"Dashboard x & y does not exist"}`,
  };
  expect(await send("POST", "/", target, `{"DashboardName":"x"}`)).toEqual(answer);
  const asked = await send("POST", "/", { ...target, "x-amzn-query-mode": "true" }, `{"DashboardName":"x"}`);
  expect(asked).toEqual({
    ...answer,
    headers: { ...answer.headers, "x-amzn-query-error": "ResourceNotFound;Sender" },
  });
});

test("awsJson1.1: input, output, no output, error", async () => {
  const headers = { "content-type": "application/x-amz-json-1.1" };
  const event = String.raw`{"timestamp":1700000000000,"message":"\ud83d\ude00\ud83d"}`;
  const body = `{"logGroupName":"g","logStreamName":"s","logEvents":[${event}]}`;
  expect(await send("POST", "/", json("1.1", "Logs_20140328.PutLogEvents"), body)).toEqual({
    status: 200,
    headers,
    body: `{"rejectedLogEventsInfo":{"tooOldLogEventEndIndex":2}}`,
  });
  expect(inputs[0]).toEqual({
    logGroupName: "g",
    logStreamName: "s",
    logEvents: [{ timestamp: 1_700_000_000_000, message: "😀\ufffd" }],
  });
  const create = await send("POST", "/", json("1.1", "Logs_20140328.CreateLogGroup"), `{"logGroupName":"g"}`);
  expect(create).toEqual({ status: 200, headers, body: "" });
  const describe = await send(
    "POST",
    "/",
    json("1.1", "Logs_20140328.DescribeLogStreams"),
    `{"logGroupName":"g"}`,
  );
  expect(describe).toEqual({
    status: 400,
    headers,
    body: `{"__type":"ResourceNotFoundException","message":"The specified log group does not exist."}`,
  });
});

test("restJson1: a body in, a body out", async () => {
  const body =
    `{"SamplingStatisticsDocuments":[{"RuleName":"Default","ClientID":"0123456789abcdef01234567",` +
    `"Timestamp":1.7E9,"RequestCount":5,"SampledCount":1}]}`;
  expect(await send("POST", "/SamplingTargets", { "content-type": "application/json" }, body)).toEqual({
    status: 200,
    headers: { "content-type": "application/json" },
    body:
      `{"SamplingTargetDocuments":[{"RuleName":"Default","FixedRate":1.0,` +
      `"ReservoirQuotaTTL":1700000000.5}],` +
      `"LastRuleModification":0}`,
  });
  expect(inputs[0]).toMatchObject({
    SamplingStatisticsDocuments: [{ Timestamp: new Date(1_700_000_000_000), SampledCount: 1 }],
  });
});

test("restJson1: labels, query strings, statuses, names and timestamps of their own, bytes", async () => {
  const arn = "arn:aws:schemas:eu-west-1:123456789012:registry/ü+b";
  const untag = await send("DELETE", `/tags/${encodeURIComponent(arn)}?tagKeys=a%26b&tagKeys=c+d`, {});
  expect(untag).toEqual({ status: 204, headers: {}, body: "" });
  expect(inputs[0]).toEqual({ ResourceArn: arn, TagKeys: ["a&b", "c d"] });

  const registry = await send("GET", "/v1/registries/name/mine", {});
  expect(registry.body).toBe(`{"RegistryName":"mine","tags":{"a":"b"}}`);
  const schema = await send("GET", "/v1/registries/name/mine/schemas/name/s", {});
  expect(schema.body).toBe(
    `{"LastModified":"2023-11-14T22:13:20Z","VersionCreatedDate":"2023-11-14T22:13:20.007Z"}`,
  );
  const source = await send("GET", "/v1/registries/name/r/schemas/name/s/language/l/source", {});
  expect(source).toEqual({
    status: 200,
    headers: { "content-type": "application/octet-stream" },
    body: "504b00ff",
  });
});

test("restJson1: errors are told by a header", async () => {
  expect(await send("POST", "/GetGroup", {}, "{}")).toEqual({
    status: 400,
    headers: { "content-type": "application/json", "x-amzn-errortype": "InvalidRequestException" },
    body: `{"Message":"Group not found"}`,
  });
  expect(await send("GET", "/v1/discoverers/id/d", {})).toEqual({
    status: 404,
    headers: { "content-type": "application/json", "x-amzn-errortype": "NotFoundException" },
    body: `{"Code":"NotFound","Message":"no discoverer"}`,
  });
});

test("rpcv2Cbor: input, output and error", async () => {
  const headers = { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" };
  const path = "/service/GraniteServiceVersion20100801/operation";
  // {"Namespace": "N", "MetricData": [{"MetricName": "m", "Value": 1.5, "Timestamp": 1(1700000000)}]}
  const put =
    "a2694e616d657370616365614e6a4d65747269634461746181a36a4d65747269634e616d65616d" +
    "6556616c7565fb3ff80000000000006954696d657374616d70c11a6553f100";
  expect(await send("POST", `${path}/PutMetricData`, headers, Buffer.from(put, "hex"))).toEqual({
    status: 200,
    headers,
    body: "a0",
  });
  expect(inputs[0]).toEqual({
    Namespace: "N",
    MetricData: [{ MetricName: "m", Value: 1.5, Timestamp: new Date(1_700_000_000_000) }],
  });
  const get = await send(
    "POST",
    `${path}/GetDashboard`,
    headers,
    Buffer.from("a16d44617368626f6172644e616d656178", "hex"),
  );
  // {"__type": "com.amazonaws.cloudwatch#DashboardNotFoundError", "message": "Dashboard ..."}
  const name = Buffer.from("com.amazonaws.cloudwatch#DashboardNotFoundError").toString("hex");
  const message = Buffer.from("Dashboard x & y does not exist").toString("hex");
  expect(get).toEqual({
    status: 404,
    headers,
    body: `a2665f5f74797065782f${name}676d657373616765781e${message}`,
  });
});

const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
const xmlns = 'xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"';

test("awsQuery: lists by number, answers in XML", async () => {
  const put =
    "Action=PutMetricData&Version=2010-08-01&Namespace=N&MetricData.member.1.MetricName=m+%26" +
    "&MetricData.member.1.Timestamp=2023-11-14T22%3A13%3A20Z&MetricData.member.1.Value=1.5" +
    "&MetricData.member.1.Dimensions.member.2.Name=d2&MetricData.member.1.Dimensions.member.2.Value=v2" +
    "&MetricData.member.1.Dimensions.member.1.Name=d1&MetricData.member.1.Dimensions.member.1.Value=v1";
  expect(await send("POST", "/", form, put)).toEqual({
    status: 200,
    headers: { "content-type": "text/xml" },
    body:
      `<PutMetricDataResponse ${xmlns}><ResponseMetadata><RequestId>request</RequestId></ResponseMetadata>` +
      "</PutMetricDataResponse>",
  });
  const dimensions = [
    { Name: "d1", Value: "v1" },
    { Name: "d2", Value: "v2" },
  ];
  expect(inputs[0]).toMatchObject({
    Namespace: "N",
    MetricData: [
      { MetricName: "m &", Value: 1.5, Timestamp: new Date(1_700_000_000_000), Dimensions: dimensions },
    ],
  });

  const get =
    "Action=GetMetricStatistics&Version=2010-08-01&Namespace=N&MetricName=m&Period=60" +
    "&StartTime=2023-11-14T22%3A13%3A20Z&EndTime=2023-11-14T22%3A14%3A20Z";
  expect((await send("POST", "/", form, get)).body).toBe(
    `<GetMetricStatisticsResponse ${xmlns}><GetMetricStatisticsResult>` +
      "<Label>a &quot;b&quot; &lt;c&gt; é</Label><Datapoints>" +
      "<member><Timestamp>2023-11-14T22:13:20Z</Timestamp><Average>6.0</Average><Maximum>0.1</Maximum>" +
      "<Unit>Count</Unit></member>" +
      "<member><Timestamp>2023-11-14T22:14:20.250Z</Timestamp><Average>NaN</Average>" +
      "<Sum>1e+21</Sum></member>" +
      "</Datapoints></GetMetricStatisticsResult>" +
      "<ResponseMetadata><RequestId>request</RequestId></ResponseMetadata></GetMetricStatisticsResponse>",
  );
});

test("awsQuery: errors have codes of their own", async () => {
  const body = "Action=GetDashboard&Version=2010-08-01&DashboardName=x";
  expect(await send("POST", "/", form, body)).toEqual({
    status: 404,
    headers: { "content-type": "text/xml" },
    body:
      `<ErrorResponse ${xmlns}><Error><Type>Sender</Type><Code>ResourceNotFound</Code>` +
      "<Message>Dashboard x &amp; y does not exist</Message></Error>" +
      "<RequestId>request</RequestId></ErrorResponse>",
  });
});
