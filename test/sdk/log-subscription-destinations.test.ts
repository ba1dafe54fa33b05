// Where subscriptions may deliver to: what AWS says of destinations and roles, and the destinations of other
// accounts.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test } from "vitest";
import { withDeliveryServer } from "../support/logs-server.ts";
import { newLogGroup } from "../support/log-groups.ts";
import { payloadOf, type Receiver } from "../support/receiver.ts";
import { refusal } from "../support/refusal.ts";
import { testAccount, testRegion, type TestServer } from "../support/server.ts";

let receiver: Receiver;
let server: TestServer;
let logs: CloudWatchLogs;

withDeliveryServer((started) => ({ receiver, server, logs } = started));

const arnOf = (service: string, resource: string, account = testAccount, region = testRegion) =>
  `arn:aws:${service}:${region}:${account}:${resource}`;
const roleArn = "arn:aws:iam::123456789012:role/logs";

const subscribe = (logGroupName: string, destinationArn: string, options: object = { roleArn }) =>
  logs.putSubscriptionFilter({
    logGroupName,
    filterName: "all",
    filterPattern: "",
    destinationArn,
    ...options,
  });

const policyType = "SUBSCRIPTION_FILTER_POLICY" as const;
const followAccount = (destinationArn: string, { roleArn: RoleArn }: { roleArn?: string } = { roleArn }) =>
  logs.putAccountPolicy({
    policyName: "all",
    policyType,
    policyDocument: JSON.stringify({ DestinationArn: destinationArn, RoleArn, FilterPattern: "" }),
  });

const delivered = async () => {
  await server.advance(1_000);
  return receiver.payloads();
};

describe("a destination", () => {
  test.each([
    ["kinesis", arnOf("kinesis", "stream/s"), {}, "cannot be used without roleArn"],
    ["firehose", arnOf("firehose", "deliverystream/f"), {}, "cannot be used without roleArn"],
    ["sns", arnOf("sns", "topic"), {}, "cannot be used without roleArn"],
    ["lambda", arnOf("lambda", "function:f"), { roleArn }, "cannot be used with roleArn"],
  ])("of %s is refused with its role in mind", async (vendor, destinationArn, options, words) => {
    const { logGroupName } = await newLogGroup(server, logs);
    const expected = `InvalidParameterException: destinationArn for vendor ${vendor} ${words}`;
    expect(await refusal(subscribe(logGroupName, destinationArn, options))).toBe(expected);
    expect(await refusal(followAccount(destinationArn, options))).toBe(expected);
  });

  test("that is none is refused", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    const queue = arnOf("sqs", "queue");
    const words = "operation cannot work with destinationArn for vendor sqs";
    expect(await refusal(subscribe(logGroupName, queue))).toContain(`: PutSubscriptionFilter ${words}`);
    expect(await refusal(followAccount(queue))).toContain(`: PutAccountPolicy ${words}`);
    for (const destinationArn of ["stream", arnOf("kinesis", "stream/"), arnOf("lambda", "function:")]) {
      const options = destinationArn.includes("lambda") ? {} : { roleArn };
      expect(await refusal(subscribe(logGroupName, destinationArn, options))).toContain(
        `Invalid destination: ${destinationArn} `,
      );
    }
  });

  test("takes a distribution that means nothing to it", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    const distribution = "Random";
    await subscribe(logGroupName, arnOf("lambda", "function:f"), { distribution });
    const { subscriptionFilters } = await logs.describeSubscriptionFilters({ logGroupName });
    expect(subscriptionFilters).toMatchObject([{ distribution }]);
  });

  test("that is a search domain gets no control message", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    await subscribe(logGroupName, arnOf("es", "domain/d"));
    expect(receiver.requests).toEqual([]);
  });

  test("has filters that are listed page by page", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    const filterNames = ["one", "other"];
    for (const filterName of filterNames) {
      await subscribe(logGroupName, arnOf("kinesis", "stream/s"), { roleArn, filterName });
    }
    const first = await logs.describeSubscriptionFilters({ logGroupName, limit: 1 });
    const { nextToken } = first;
    const second = await logs.describeSubscriptionFilters({
      logGroupName,
      limit: 1,
      ...(nextToken ? { nextToken } : {}),
    });
    const found = [first, second].flatMap(({ subscriptionFilters = [] }) => subscriptionFilters);
    expect(found.map(({ filterName }) => filterName)).toEqual(filterNames);
    expect(second.nextToken).toBeUndefined();
  });

  test.each([
    ["Kinesis stream", arnOf("kinesis", "stream/s")],
    ["Firehose", arnOf("firehose", "deliverystream/f")],
  ])("is told that it is a %s", async (what, destinationArn) => {
    const { logGroupName } = await newLogGroup(server, logs);
    await subscribe(logGroupName, destinationArn);
    const message = `CWL CONTROL MESSAGE: Checking health of destination ${what}.`;
    expect(receiver.requests.flatMap(payloadOf)).toMatchObject([
      { messageType: "CONTROL_MESSAGE", logEvents: [{ message }] },
    ]);
  });
});

describe("a destination of another account", () => {
  const otherAccount = "999988887777";
  const ownerRole = "arn:aws:iam::999988887777:role/logs";
  const destination = {
    destinationName: "central",
    targetArn: arnOf("kinesis", "stream/central", otherAccount),
  };
  const arn = arnOf("logs", "destination:central", otherAccount);

  const clientOf = (region = testRegion) =>
    new CloudWatchLogs(server.clientConfig({ account: otherAccount, region }));
  const isInvalid =
    "InvalidParameterException: Could not deliver test message to specified destination. " +
    "Check if the destination is valid.";
  const isDenied = (action: string, resource = arn) =>
    `AccessDeniedException: User with accountId: ${testAccount} is not authorized to perform: ${action} ` +
    `on resource: ${resource}`;

  test("lets those in that its policy allows, as long as it does", async () => {
    const owner = clientOf();
    const group = await newLogGroup(server, logs);
    expect(await refusal(subscribe(group.logGroupName, arn))).toBe(isInvalid);
    await owner.putDestination({ ...destination, roleArn: ownerRole });
    expect(await refusal(subscribe(group.logGroupName, arn))).toBe(isDenied("logs:PutSubscriptionFilter"));
    const policyFor = (Effect: string) =>
      JSON.stringify({
        Statement: {
          Effect,
          Principal: { AWS: testAccount },
          Action: "logs:PutSubscriptionFilter",
          Resource: arn,
        },
      });
    await owner.putDestinationPolicy({ destinationName: "central", accessPolicy: policyFor("Allow") });
    expect(await refusal(followAccount(arn))).toBe(isDenied("logs:PutAccountPolicy"));
    await subscribe(group.logGroupName, arn, {});
    await group.put([[0, "across"]]);
    const [payload] = await delivered();
    expect(payload).toMatchObject({ owner: testAccount, logGroup: group.logGroupName });
    expect(JSON.parse(String(receiver.requests.at(-1)?.body))).toMatchObject({ StreamName: "central" });
    await owner.putDestinationPolicy({ destinationName: "central", accessPolicy: policyFor("Deny") });
    await group.put([[0, "no longer"]]);
    expect(await delivered()).toHaveLength(1);
    const { destinations } = await owner.describeDestinations({ DestinationNamePrefix: "cen" });
    expect(destinations).toMatchObject([
      { ...destination, arn, roleArn: ownerRole, accessPolicy: policyFor("Deny") },
    ]);
    await owner.deleteDestination({ destinationName: "central" });
    expect((await owner.describeDestinations({})).destinations).toEqual([]);
    expect(await refusal(owner.deleteDestination({ destinationName: "central" }))).toContain("NotFound");
    await logs.deleteSubscriptionFilter({ logGroupName: group.logGroupName, filterName: "all" });
  });

  test("that lets an organization in wants a role, and knows no organization", async () => {
    const { logGroupName } = await newLogGroup(server, logs);
    await clientOf().putDestination({ ...destination, roleArn: ownerRole });
    const policyOf = (Condition: object) =>
      JSON.stringify({
        Statement: {
          Effect: "Allow",
          Principal: "*",
          Action: ["logs:PutSubscriptionFilter", "logs:PutAccountPolicy"],
          Resource: arn,
          Condition,
        },
      });
    const { destinationName } = destination;
    const organizations = [
      { StringEquals: { "aws:PrincipalOrgID": ["o-1234567890"] } },
      { "ForAnyValue:StringLike": { "aws:principalorgpaths": "o-1234567890/*" } },
    ];
    for (const condition of organizations) {
      await clientOf().putDestinationPolicy({ destinationName, accessPolicy: policyOf(condition) });
      const words =
        "InvalidParameterException: Role ARN is required when creating subscription filter against " +
        "destination with Organization access policy.";
      expect(await refusal(subscribe(logGroupName, arn, {}))).toBe(words);
      expect(await refusal(followAccount(arn, {}))).toBe(words);
      expect(await refusal(subscribe(logGroupName, arn))).toBe(isDenied("logs:PutSubscriptionFilter"));
    }
    const ofAccount = policyOf({ StringEquals: { "aws:PrincipalAccount": "111111111111" } });
    await clientOf().putDestinationPolicy({ destinationName, accessPolicy: ofAccount });
    expect(await refusal(subscribe(logGroupName, arn, {}))).toBe(isDenied("logs:PutSubscriptionFilter"));
    await clientOf().deleteDestination({ destinationName });
  });

  test("lets account policies in by an action of their own, as long as it does", async () => {
    const owner = clientOf();
    await owner.putDestination({ ...destination, roleArn: ownerRole });
    const { destinationName } = destination;
    const allow = (Action: string) => {
      const Statement = { Effect: "Allow", Principal: { AWS: testAccount }, Action, Resource: arn };
      return owner.putDestinationPolicy({ destinationName, accessPolicy: JSON.stringify({ Statement }) });
    };
    await allow("logs:PutAccountPolicy");
    const { logGroupName, put } = await newLogGroup(server, logs);
    expect(await refusal(subscribe(logGroupName, arn, {}))).toBe(isDenied("logs:PutSubscriptionFilter"));
    await followAccount(arn, {});
    await put([[0, "event"]]);
    expect(await delivered()).toMatchObject([{ policyLevel: "ACCOUNT_LEVEL_POLICY" }]);
    await allow("logs:PutSubscriptionFilter");
    await put([[1, "no longer"]]);
    expect(await delivered()).toHaveLength(1);
    await logs.deleteAccountPolicy({ policyName: "all", policyType });
    await owner.deleteDestination({ destinationName });
  });

  test("keeps its policy, which has at most 5,120 bytes, when it is put again", async () => {
    const owner = clientOf();
    const { destinationName } = destination;
    await owner.putDestination({ ...destination, roleArn: ownerRole, tags: { a: "b" } });
    const sized = (bytes: number) => {
      const Statement = { Sid: "", Effect: "Allow", Principal: "*", Action: "logs:PutSubscriptionFilter" };
      const rest = bytes - JSON.stringify({ Statement }).length;
      return JSON.stringify({ Statement: { ...Statement, Sid: "a".repeat(rest) } });
    };
    const putPolicy = (accessPolicy: string) => owner.putDestinationPolicy({ destinationName, accessPolicy });
    expect(await refusal(putPolicy(sized(5_121)))).toContain("5120 bytes");
    await putPolicy(sized(5_120));
    const createdAt = server.clock.now();
    await server.advance(1_000);
    const targetArn = arnOf("kinesis", "stream/other", otherAccount);
    await owner.putDestination({ ...destination, targetArn, roleArn: ownerRole });
    const { destinations } = await owner.describeDestinations({});
    expect(destinations).toMatchObject([
      { targetArn, accessPolicy: sized(5_120), creationTime: createdAt, destinationName },
    ]);
    const { tags } = await owner.listTagsForResource({ resourceArn: arn });
    expect(tags).toEqual({ a: "b" });
    await owner.deleteDestination({ destinationName });
  });

  test("is listed with others page by page", async () => {
    const owner = clientOf();
    const names = ["one", "three", "two"];
    for (const destinationName of names) {
      await owner.putDestination({ ...destination, destinationName, roleArn: ownerRole });
    }
    const found: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await owner.describeDestinations({ limit: 1, ...(nextToken ? { nextToken } : {}) });
      found.push(...(page.destinations ?? []).map(({ destinationName }) => destinationName));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    expect(found).toEqual(names);
    for (const destinationName of names) await owner.deleteDestination({ destinationName });
  });

  test("needs no policy for its own account", async () => {
    const own = { ...destination, targetArn: arnOf("kinesis", "stream/own"), roleArn };
    await logs.putDestination(own);
    const { logGroupName, put } = await newLogGroup(server, logs);
    await subscribe(logGroupName, arnOf("logs", "destination:central"), {});
    await put([[0, "at home"]]);
    expect(await delivered()).toMatchObject([{ logEvents: [{ message: "at home" }] }]);
  });

  test("is in the region of the group; its stream need not be", async () => {
    const group = await newLogGroup(server, logs);
    for (const region of ["eu-west-1", testRegion]) {
      const owner = clientOf(region);
      const targetArn = arnOf("kinesis", "stream/abroad", otherAccount, "ap-south-1");
      await owner.putDestination({ ...destination, targetArn, roleArn: ownerRole });
      const Resource = arnOf("logs", "destination:central", otherAccount, region);
      const Statement = { Effect: "Allow", Principal: "*", Action: "logs:PutSubscriptionFilter", Resource };
      const accessPolicy = JSON.stringify({ Statement });
      await owner.putDestinationPolicy({ destinationName: "central", accessPolicy });
      const answer = await refusal(subscribe(group.logGroupName, Resource, {}));
      expect(answer).toBe(region === testRegion ? "accepted" : isInvalid);
    }
    await group.put([[0, "far"]]);
    expect(await delivered()).toMatchObject([{ logEvents: [{ message: "far" }] }]);
    const { authorization } = receiver.requests.at(-1)?.headers ?? {};
    expect(authorization).toContain("/ap-south-1/kinesis/");
  });
});
