// GetMetricWidgetImage through the official client: what is on the picture.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPng, type Picture } from "../support/png.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

let server: TestServer;
let cloudwatch: CloudWatch;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  await cloudwatch.putMetricData({
    Namespace: "Shop",
    MetricData: ["a", "b"].flatMap((host, place) =>
      Array.from({ length: 30 }, (_, index) => ({
        MetricName: "Orders",
        Dimensions: [{ Name: "Host", Value: host }],
        Timestamp: new Date(testStartAt - (index + 1) * 300_000),
        Value: 10 * (place + 1) + (index % 5),
      })),
    ),
  });
});
afterAll(() => server.stop());

const image = (widget: object) => cloudwatch.getMetricWidgetImage({ MetricWidget: JSON.stringify(widget) });
async function draw(widget: object): Promise<Picture> {
  return readPng((await image(widget)).MetricWidgetImage!);
}

const [blue, orange, green] = ["#1f77b4", "#ff7f0e", "#2ca02c"] as const;
const ofHost = (host: string, renderer = {}) => ["Shop", "Orders", "Host", host, renderer];

test("lines have the colours of their series, on a picture of the size that was asked for", async () => {
  const picture = await draw({
    metrics: [ofHost("a"), ["...", "b"]],
    width: 500,
    height: 300,
    title: "Orders",
  });
  expect([picture.width, picture.height]).toEqual([500, 300]);
  // The square of the legend has about a hundred pixels; a line has more of them.
  expect(picture.count(blue)).toBeGreaterThan(200);
  expect(picture.count(orange)).toBeGreaterThan(200);
  expect(picture.count(green)).toBe(0);
  expect((await draw({ metrics: [ofHost("none")] })).count(blue)).toBeLessThan(150);
});

test("expressions are computed, and what is not visible is only computed with", async () => {
  const metrics = [
    ofHost("a", { id: "m1", visible: false, color: "#123456" }),
    [{ expression: "m1 * 2", label: "twice", color: "#aa00aa" }],
    [{ expression: "SEARCH('{Shop,Host} MetricName=\"Orders\"', 'Average', 300)" }],
  ];
  const picture = await draw({ metrics, legend: { position: "hidden" } });
  expect(picture.count("#123456")).toBe(0);
  expect(picture.count("#aa00aa")).toBeGreaterThan(100);
  expect(picture.count(orange)).toBeGreaterThan(100);
  expect(picture.count(green)).toBeGreaterThan(100);
});

test("bars, pies, numbers and gauges", async () => {
  const metrics = [ofHost("a"), ofHost("b")];
  const sizeOf = async (view: string) =>
    (await draw({ metrics, view, setPeriodToTimeRange: true })).count(blue);
  expect(await sizeOf("bar")).toBeGreaterThan(4_000);
  expect(await sizeOf("pie")).toBeGreaterThan(4_000);
  expect(await sizeOf("gauge")).toBeGreaterThan(1_000);
  expect(await sizeOf("singleValue")).toBeGreaterThan(50);
});

test("a metric of one region only is not drawn in another", async () => {
  const metrics = [ofHost("a")];
  const elsewhere = new CloudWatch(server.clientConfig({ region: "eu-west-1" }));
  const draws = async (region: string) => {
    const widget = JSON.stringify({ metrics, region, legend: { position: "hidden" } });
    const { MetricWidgetImage } = await elsewhere.getMetricWidgetImage({ MetricWidget: widget });
    return readPng(MetricWidgetImage!).count(blue) > 0;
  };
  expect(await draws(testRegion)).toBe(true);
  expect(await draws("eu-west-1")).toBe(false);
  expect(await refusal(image({ metrics: [ofHost("a", { region: "eu-west-1" }), ofHost("b")] }))).toContain(
    "cannot be in one image",
  );
});

describe("the image of an alarm", () => {
  const red = "#d13212";
  const arn = (name: string, region: string = testRegion) =>
    `arn:aws:cloudwatch:${region}:${testAccount}:alarm:${name}`;
  const rule = {
    EvaluationPeriods: 2,
    Threshold: 12,
    ComparisonOperator: "GreaterThanThreshold",
  } as const;
  const metric = {
    Namespace: "Shop",
    MetricName: "Orders",
    Dimensions: [{ Name: "Host", Value: "a" }],
  };
  const ofAlarm = (name: string, more = {}) => ({
    annotations: { alarms: [arn(name)] },
    legend: { position: "hidden" },
    ...more,
  });

  beforeAll(async () => {
    await cloudwatch.putMetricAlarm({ AlarmName: "busy", ...metric, Period: 300, Statistic: "Sum", ...rule });
    const m = { Id: "m", MetricStat: { Metric: metric, Period: 300, Stat: "Sum" }, ReturnData: false };
    const Metrics = [m, { Id: "e", Expression: "m * 2", Label: "twice" }];
    await cloudwatch.putMetricAlarm({ AlarmName: "twice", Metrics, ...rule });
    await cloudwatch.putCompositeAlarm({ AlarmName: "both", AlarmRule: "ALARM(busy) AND ALARM(twice)" });
  });

  test("has what it watches and its threshold", async () => {
    const picture = await draw(ofAlarm("busy"));
    expect(picture.count(blue)).toBeGreaterThan(100);
    expect(picture.count(red)).toBeGreaterThan(200);
    expect((await draw(ofAlarm("twice"))).count(blue)).toBeGreaterThan(100);
    // What is only computed with is not drawn.
    expect((await draw(ofAlarm("twice"))).count(orange)).toBe(0);
  });

  test("has the metrics of the widget where it names some", async () => {
    const metrics = [ofHost("b", { color: "#123456" })];
    const picture = await draw(ofAlarm("busy", { metrics }));
    expect(picture.count("#123456")).toBeGreaterThan(100);
    expect(picture.count(blue)).toBe(0);
    expect(picture.count(red)).toBeGreaterThan(200);
  });

  test.each([
    ["nowhere", "does not exist"],
    ["both", "is not an alarm on metrics"],
  ])("is refused of %s", async (name, words) => {
    expect(await refusal(image(ofAlarm(name)))).toContain(words);
  });

  test("is refused of what is elsewhere, or no alarm", async () => {
    const drawn = (alarm: string) => refusal(image({ annotations: { alarms: [alarm] } }));
    expect(await drawn(arn("busy", "eu-west-1"))).toContain(`cannot be in an image of ${testRegion}`);
    expect(await drawn(arn("busy").replace(testAccount, "222222222222"))).toContain("does not exist");
    expect(await drawn("busy")).toContain("is not the ARN of an alarm");
  });
});

test.each([
  [{}, "Should have required property 'metrics'"],
  [{ metrics: [["Shop"]] }, "/metrics/0 Should NOT have less than 2 items"],
  [{ metrics: [ofHost("a")], width: 5_000 }, "/width Should be <= 2000"],
  [{ metrics: [ofHost("a", { period: 7 })] }, "The period 7 is not valid"],
  [{ metrics: [[{ expression: "m1 +" }]] }, "ValidationException"],
])("%j is refused", async (widget, words) => {
  const refused = await refusal(image(widget));
  expect(refused).toContain("ValidationException");
  expect(refused).toContain(words);
});

test("over the Query protocol the image is text in base 64", async () => {
  const answer = await fetch(server.endpoint, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      Action: "GetMetricWidgetImage",
      Version: "2010-08-01",
      MetricWidget: JSON.stringify({ metrics: [ofHost("a")], end: "P0D", width: 50, height: 40 }),
    }),
  });
  const [, base64 = ""] = /<MetricWidgetImage>([^<]*)</.exec(await answer.text()) ?? [];
  expect(readPng(Buffer.from(base64, "base64"))).toMatchObject({ width: 50, height: 40 });
});

test("other formats are refused", async () => {
  const MetricWidget = JSON.stringify({ metrics: [ofHost("a")] });
  const ask = (OutputFormat: string) =>
    refusal(cloudwatch.getMetricWidgetImage({ MetricWidget, OutputFormat }));
  expect(await ask("image/png")).toContain("OutputFormat must be png");
  expect(await ask("gif")).toContain("ValidationException");
});
