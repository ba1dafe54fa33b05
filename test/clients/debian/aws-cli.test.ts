// The AWS CLI of Debian (2.9) against a running server: what the README's first five minutes do, and more.
import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../support/server.ts";

const run = promisify(execFile);
const account = "111122223333";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ clock: "system" });
});

afterAll(async () => {
  await server?.stop();
});

/** Runs `aws COMMAND MORE...` (the command is split at blanks) and gives what it printed as JSON. */
async function aws<Answer = unknown>(command: string, ...more: readonly string[]): Promise<Answer> {
  const { stdout } = await run(
    "/usr/bin/aws",
    ["--endpoint-url", server.endpoint, "--output", "json", ...command.split(" "), ...more],
    {
      env: environment(),
    },
  );
  return JSON.parse(stdout.trim() || "{}") as Answer;
}

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: "/usr/bin:/bin",
    HOME: "/nonexistent",
    AWS_ACCESS_KEY_ID: account,
    AWS_SECRET_ACCESS_KEY: "any",
    AWS_DEFAULT_REGION: "eu-central-1",
    AWS_PAGER: "",
  };
}

async function refusal(command: string, ...more: readonly string[]): Promise<string> {
  const failure: unknown = await aws(command, ...more).catch((error: unknown) => error);
  if (!(failure instanceof Error) || !("stderr" in failure)) throw new Error("the call was expected to fail");
  return String(failure.stderr).trim();
}

describe("logs", () => {
  test("a group, a stream, events in, events out", async () => {
    await aws("logs create-log-group --log-group-name /app/web --tags team=shop");
    await aws("logs create-log-stream --log-group-name /app/web --log-stream-name one");
    const now = Date.now();
    const events = [
      { timestamp: now - 2000, message: "GET /cart 200" },
      { timestamp: now - 1000, message: "GET /cart 500" },
    ];
    await aws(
      "logs put-log-events --log-group-name /app/web --log-stream-name one --log-events",
      JSON.stringify(events),
    );
    const read = await aws("logs get-log-events --log-group-name /app/web --log-stream-name one");
    expect(read).toMatchObject({ events: [{ message: "GET /cart 200" }, { message: "GET /cart 500" }] });
    const filtered = await aws(
      "logs filter-log-events --log-group-name /app/web --filter-pattern",
      "[method, path, status >= 500]",
    );
    expect(filtered).toMatchObject({ events: [{ logStreamName: "one", message: "GET /cart 500" }] });
    const groups = await aws("logs describe-log-groups --log-group-name-prefix /app");
    expect(groups).toMatchObject({
      logGroups: [{ logGroupName: "/app/web", arn: expect.stringContaining(account) }],
    });
  });

  test("aws logs tail prints what came", async () => {
    const { stdout } = await run(
      "/usr/bin/aws",
      ["--endpoint-url", server.endpoint, "logs", "tail", "/app/web", "--since", "10m"],
      { env: environment() },
    );
    expect(stdout).toContain("GET /cart 500");
  });

  test("aws logs tail --follow prints what comes while it runs", async () => {
    const words = [
      "--endpoint-url",
      server.endpoint,
      "logs",
      "tail",
      "/app/web",
      "--follow",
      "--since",
      "10m",
    ];
    const tail = spawn("/usr/bin/aws", words, { env: { ...environment(), PYTHONUNBUFFERED: "1" } });
    const printed = createInterface({ input: tail.stdout });
    const lines: string[] = [];
    for await (const line of printed) {
      lines.push(line);
      if (line.includes("GET /late 200")) break;
      if (!line.includes("GET /cart 500")) continue;
      await aws(
        "logs put-log-events --log-group-name /app/web --log-stream-name one --log-events",
        JSON.stringify([{ timestamp: Date.now(), message: "GET /late 200" }]),
      );
    }
    tail.kill();
    expect(lines.at(-1)).toContain("GET /late 200");
  });

  test("a query is started, waited for and answered", async () => {
    const now = Math.floor(Date.now() / 1_000);
    const span = `--start-time ${now - 600} --end-time ${now + 60}`;
    const started: { queryId: string } = await aws(
      `logs start-query --log-group-name /app/web ${span} --query-string`,
      'parse @message "* * *" as method, path, status | stats count(*) as events by status | sort status',
    );
    for (;;) {
      const found: { status: string; results: unknown } = await aws(
        `logs get-query-results --query-id ${started.queryId}`,
      );
      if (found.status === "Running" || found.status === "Scheduled") continue;
      expect(found.results).toContainEqual([
        { field: "status", value: "500" },
        { field: "events", value: "1" },
      ]);
      return;
    }
  });

  test("errors are AWS's own", async () => {
    expect(await refusal("logs describe-log-streams --log-group-name absent")).toContain(
      "(ResourceNotFoundException) when calling the DescribeLogStreams operation: " +
        "The specified log group does not exist.",
    );
    expect(await refusal("logs create-log-group --log-group-name /app/web")).toContain(
      "(ResourceAlreadyExistsException) when calling the CreateLogGroup operation: " +
        "The specified log group already exists",
    );
  });
});

describe("metrics", () => {
  test("put, list and read back over the Query protocol", async () => {
    const at = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 120_000).toISOString();
    for (const value of ["1", "2", "6"]) {
      const datum = `--value ${value} --unit Count --dimensions Store=1 --timestamp ${at}`;
      await aws(`cloudwatch put-metric-data --namespace Shop --metric-name Orders ${datum}`);
    }
    const listed = await aws("cloudwatch list-metrics --namespace Shop");
    expect(listed).toEqual({
      Metrics: [{ Namespace: "Shop", MetricName: "Orders", Dimensions: [{ Name: "Store", Value: "1" }] }],
    });
    const [from, until] = [Date.now() - 600_000, Date.now()].map((instant) =>
      new Date(instant).toISOString(),
    );
    const range = `--start-time ${from} --end-time ${until}`;
    const what = "--namespace Shop --metric-name Orders --dimensions Name=Store,Value=1";
    const statistics = await aws(
      `cloudwatch get-metric-statistics ${what} --period 60 --statistics Sum Maximum SampleCount ${range}`,
    );
    expect(statistics).toMatchObject({ Datapoints: [{ Sum: 9, Maximum: 6, SampleCount: 3, Unit: "Count" }] });
    const metric = { Namespace: "Shop", MetricName: "Orders", Dimensions: [{ Name: "Store", Value: "1" }] };
    const queries = [{ Id: "orders", MetricStat: { Metric: metric, Period: 60, Stat: "Average" } }];
    const data = await aws(
      `cloudwatch get-metric-data ${range} --metric-data-queries`,
      JSON.stringify(queries),
    );
    expect(data).toMatchObject({
      MetricDataResults: [{ Id: "orders", Values: [3], StatusCode: "Complete" }],
    });
  });

  test("a value out of range is refused in AWS's words", async () => {
    const said = await refusal("cloudwatch put-metric-data --namespace Shop --metric-name x --value 1e200");
    expect(said).toMatch(
      /\((InvalidParameterValue|ValidationError)\) when calling the PutMetricData operation/,
    );
  });

  test("an operation that is not served says so", async () => {
    expect(await refusal("cloudtrail list-trails")).toMatch(/ListTrails operation.*not/);
  });
});

describe("topics and queues", () => {
  test("a queue gets what is published", async () => {
    const made = await aws<{ TopicArn: string }>("sns create-topic --name orders");
    expect(made.TopicArn).toBe(`arn:aws:sns:eu-central-1:${account}:orders`);
    const { QueueUrl } = await aws<{ QueueUrl: string }>("sqs create-queue --queue-name orders");
    const subscribed = await aws<{ SubscriptionArn: string }>(
      `sns subscribe --topic-arn ${made.TopicArn} --protocol sqs --attributes RawMessageDelivery=true`,
      "--notification-endpoint",
      `arn:aws:sqs:eu-central-1:${account}:orders`,
    );
    expect(subscribed.SubscriptionArn).toContain(`${made.TopicArn}:`);
    const message = "Order 7 is paid";
    await aws(`sns publish --topic-arn ${made.TopicArn} --message`, message);
    const received = await aws(`sqs receive-message --queue-url ${QueueUrl} --wait-time-seconds 20`);
    expect(received).toMatchObject({ Messages: [{ Body: message }] });
    expect(await refusal("sns get-topic-attributes --topic-arn", `${made.TopicArn}-none`)).toContain(
      "An error occurred (NotFound) when calling the GetTopicAttributes operation: Topic does not exist",
    );
  });
});

describe("the other signals", () => {
  test("a trace", async () => {
    const epoch = Math.floor(Date.now() / 1000);
    const traceId = `1-${epoch.toString(16)}-0123456789abcdef01234567`;
    const segment = {
      name: "shop",
      id: "70de5b6f19ff9a0a",
      trace_id: traceId,
      start_time: epoch - 1,
      end_time: epoch,
    };
    const put = await aws("xray put-trace-segments --trace-segment-documents", JSON.stringify(segment));
    expect(put).toEqual({ UnprocessedTraceSegments: [] });
    const read = await aws("xray batch-get-traces --trace-ids", traceId);
    expect(read).toMatchObject({ Traces: [{ Id: traceId, Segments: [{ Id: "70de5b6f19ff9a0a" }] }] });
  });

  test("an event and a bus", async () => {
    const made = await aws("events create-event-bus --name orders");
    expect(made).toEqual({ EventBusArn: `arn:aws:events:eu-central-1:${account}:event-bus/orders` });
    const entries = [{ Source: "shop", DetailType: "placed", Detail: "{}", EventBusName: "orders" }];
    const put = await aws("events put-events --entries", JSON.stringify(entries));
    expect(put).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.any(String) }] });
  });

  test("who made the bus", async () => {
    const found = await aws<{ Events: { CloudTrailEvent: string }[] }>(
      "cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=CreateEventBus",
    );
    expect(found.Events).toHaveLength(1);
    expect(JSON.parse(found.Events[0]?.CloudTrailEvent ?? "")).toMatchObject({
      eventSource: "events.amazonaws.com",
      awsRegion: "eu-central-1",
      recipientAccountId: account,
      userAgent: expect.stringContaining("aws-cli/2"),
      requestParameters: { name: "orders" },
    });
  });
});
