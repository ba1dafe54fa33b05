// Deliveries of vended logs, their sources and destinations, and what is answered where there is nothing.
import {
  CloudWatchLogs,
  type PutDeliveryDestinationCommandInput,
  type S3DeliveryConfiguration,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test, vi } from "vitest";
import { logLimits } from "../../src/core/logs/limits.ts";
import { withLogsServer } from "../support/logs-server.ts";
import { refusal } from "../support/refusal.ts";
import { testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

withLogsServer((started) => ({ server, logs } = started));

const resourceArn = "arn:aws:cloudfront::123456789012:distribution/E1";
const bucketArn = "arn:aws:s3:::logs";
const arnOf = (kind: string, name: string, account = testAccount) =>
  `arn:aws:logs:${testRegion}:${account}:${kind}:${name}`;

const putDestination = (name: string, client = logs) =>
  client.putDeliveryDestination({
    name,
    outputFormat: "json",
    deliveryDestinationConfiguration: { destinationResourceArn: bucketArn },
  });

describe("deliveries", () => {
  test("join a source with a destination, and keep both from being deleted", async () => {
    const source = await logs.putDeliverySource({
      name: "s",
      resourceArn,
      logType: "ACCESS_LOGS",
      tags: { a: "1" },
    });
    const deliverySource = {
      name: "s",
      arn: arnOf("delivery-source", "s"),
      resourceArns: [resourceArn],
      service: "cloudfront",
      logType: "ACCESS_LOGS",
      tags: { a: "1" },
    };
    expect(source.deliverySource).toEqual(deliverySource);
    const { deliveryDestination } = await putDestination("d");
    const deliveryDestinationArn = arnOf("delivery-destination", "d");
    expect(deliveryDestination).toEqual({
      name: "d",
      arn: deliveryDestinationArn,
      deliveryDestinationType: "S3",
      outputFormat: "json",
      deliveryDestinationConfiguration: { destinationResourceArn: bucketArn },
      tags: {},
    });
    const input = { deliverySourceName: "s", deliveryDestinationArn, fieldDelimiter: "," };
    const { delivery } = await logs.createDelivery(input);
    const { id = "" } = delivery ?? {};
    expect(delivery).toMatchObject({ ...input, arn: arnOf("delivery", id), deliveryDestinationType: "S3" });
    expect(await refusal(logs.createDelivery(input))).toBe(
      "ConflictException: A delivery from this source to this destination exists already.",
    );
    await logs.updateDeliveryConfiguration({ id, recordFields: ["date"] });
    expect((await logs.getDelivery({ id })).delivery).toMatchObject({
      recordFields: ["date"],
      fieldDelimiter: ",",
    });
    expect((await logs.describeDeliveries({ deliverySourceNames: ["s"] })).deliveries).toHaveLength(1);
    expect((await logs.describeDeliveries({ deliverySourceNames: ["t"] })).deliveries).toEqual([]);
    expect(await refusal(logs.deleteDeliverySource({ name: "s" }))).toContain("ConflictException");
    expect(await refusal(logs.deleteDeliveryDestination({ name: "d" }))).toContain("ConflictException");
    expect((await logs.getDeliverySource({ name: "s" })).deliverySource).toEqual(deliverySource);
    await logs.deleteDelivery({ id });
    // It is no longer in the way of another one.
    const { delivery: next } = await logs.createDelivery(input);
    await logs.deleteDelivery({ id: next?.id });
    await logs.deleteDeliverySource({ name: "s" });
    await logs.deleteDeliveryDestination({ name: "d" });
    expect((await logs.describeDeliverySources({})).deliverySources).toEqual([]);
    expect((await logs.describeDeliveryDestinations({})).deliveryDestinations).toEqual([]);
    expect(await refusal(logs.getDelivery({ id }))).toContain("ResourceNotFoundException");
  });

  test("go to another account that allows it", async () => {
    const account = "999988887777";
    const owner = new CloudWatchLogs(server.clientConfig({ account }));
    await putDestination("central", owner);
    await logs.putDeliverySource({ name: "across", resourceArn, logType: "ACCESS_LOGS" });
    const deliveryDestinationArn = arnOf("delivery-destination", "central", account);
    const input = { deliverySourceName: "across", deliveryDestinationArn };
    expect(await refusal(logs.createDelivery(input))).toContain("ResourceNotFoundException");
    const deliveryDestinationPolicy = JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: testAccount },
          Action: "logs:CreateDelivery",
          Resource: deliveryDestinationArn,
        },
      ],
    });
    const named = { deliveryDestinationName: "central" };
    await owner.putDeliveryDestinationPolicy({ ...named, deliveryDestinationPolicy });
    expect((await owner.getDeliveryDestinationPolicy(named)).policy).toEqual({ deliveryDestinationPolicy });
    const { delivery } = await logs.createDelivery(input);
    await owner.deleteDeliveryDestinationPolicy(named);
    expect((await owner.getDeliveryDestinationPolicy(named)).policy).toBeUndefined();
    const used = owner.deleteDeliveryDestination({ name: "central" });
    expect(await refusal(used)).toContain("ConflictException: The delivery destination is used");
    await logs.deleteDelivery({ id: delivery?.id });
    await owner.deleteDeliveryDestination({ name: "central" });
    await logs.deleteDeliverySource({ name: "across" });
  });

  test("have tags, as their sources and destinations have", async () => {
    await putDestination("tagged");
    const resourceArn = arnOf("delivery-destination", "tagged");
    await logs.tagResource({ resourceArn, tags: { a: "1", b: "2" } });
    await logs.untagResource({ resourceArn, tagKeys: ["a"] });
    expect((await logs.listTagsForResource({ resourceArn })).tags).toEqual({ b: "2" });
    expect((await logs.getDeliveryDestination({ name: "tagged" })).deliveryDestination).toMatchObject({
      outputFormat: "json",
      tags: { b: "2" },
    });
    const unknown = logs.listTagsForResource({ resourceArn: arnOf("destination", "none") });
    expect(await refusal(unknown)).toContain("ResourceNotFoundException");
  });

  test("are made once when several callers make the same at the same moment", async () => {
    await logs.putDeliverySource({ name: "once", resourceArn, logType: "ACCESS_LOGS" });
    await putDestination("once");
    const deliveryDestinationArn = arnOf("delivery-destination", "once");
    const input = { deliverySourceName: "once", deliveryDestinationArn };
    const calls = Array.from({ length: 5 }, () => refusal(logs.createDelivery(input)));
    const answers = await Promise.all(calls);
    expect(answers.filter((answer) => answer === "accepted")).toHaveLength(1);
    expect(new Set(answers)).toEqual(
      new Set([
        "accepted",
        "ConflictException: A delivery from this source to this destination exists already.",
      ]),
    );
    const { deliveries } = await logs.describeDeliveries({ deliverySourceNames: ["once"] });
    expect(deliveries).toHaveLength(1);
    const changes = ["a", "b", "c"].map((field) =>
      logs.updateDeliveryConfiguration({ id: deliveries?.[0]?.id, recordFields: [field] }),
    );
    await Promise.all([
      ...changes,
      logs.updateDeliveryConfiguration({ id: deliveries?.[0]?.id, fieldDelimiter: "|" }),
    ]);
    const { delivery } = await logs.getDelivery({ id: deliveries?.[0]?.id });
    expect(delivery).toMatchObject({ fieldDelimiter: "|", recordFields: [expect.stringMatching(/^[abc]$/)] });
    await logs.deleteDelivery({ id: delivery?.id });
    await logs.deleteDeliverySource({ name: "once" });
  });

  test.each(["source", "destination"] as const)("are not left without their %s", async (end) => {
    await logs.putDeliverySource({ name: "gone", resourceArn, logType: "ACCESS_LOGS" });
    await putDestination("gone");
    const { state } = server.dependencies;
    const write = state.write.bind(state);
    vi.spyOn(state, "write").mockImplementationOnce(async (changes) => {
      await (end === "source" ? deleteSource() : logs.deleteDeliveryDestination({ name: "gone" }));
      return write(changes);
    });
    const deleteSource = () => logs.deleteDeliverySource({ name: "gone" });
    const deliveryDestinationArn = arnOf("delivery-destination", "gone");
    const call = logs.createDelivery({ deliverySourceName: "gone", deliveryDestinationArn });
    expect(await refusal(call)).toContain(`ResourceNotFoundException: Delivery ${end}`);
    vi.restoreAllMocks();
    if (end === "destination") await deleteSource();
    expect((await logs.describeDeliveries({ deliverySourceNames: ["gone"] })).deliveries).toEqual([]);
  });

  test("have paths in buckets only, with the names of Hive once", async () => {
    await logs.putDeliverySource({ name: "paths", resourceArn, logType: "ACCESS_LOGS" });
    await putDestination("bucket");
    const group = { destinationResourceArn: `arn:aws:logs:${testRegion}:${testAccount}:log-group:g:*` };
    await logs.putDeliveryDestination({ name: "group", deliveryDestinationConfiguration: group });
    const deliver = (destination: string, s3DeliveryConfiguration?: S3DeliveryConfiguration) =>
      logs.createDelivery({
        deliverySourceName: "paths",
        deliveryDestinationArn: arnOf("delivery-destination", destination),
        ...(s3DeliveryConfiguration === undefined ? {} : { s3DeliveryConfiguration }),
      });
    const invalid =
      "ValidationException: Provided delivery configuration is invalid for the destination type.";
    expect(await refusal(deliver("group", { suffixPath: "{yyyy}" }))).toBe(invalid);
    const { delivery } = await deliver("group");
    const { id } = delivery ?? {};
    const update = logs.updateDeliveryConfiguration({
      id,
      s3DeliveryConfiguration: { suffixPath: "{yyyy}" },
    });
    expect(await refusal(update)).toBe(invalid);
    const twice = deliver("bucket", { suffixPath: "year={yyyy}", enableHiveCompatiblePath: true });
    expect(await refusal(twice)).toBe("ValidationException: Provided suffixPath is invalid");
    const paths = { suffixPath: "{DistributionId}/{yyyy}/{MM}", enableHiveCompatiblePath: true };
    expect((await deliver("bucket", paths)).delivery).toMatchObject({ s3DeliveryConfiguration: paths });
    for (const { id: made } of (await logs.describeDeliveries({ deliverySourceNames: ["paths"] }))
      .deliveries ?? []) {
      await logs.deleteDelivery({ id: made });
    }
    await logs.deleteDeliverySource({ name: "paths" });
  });

  test("have one source for a resource and a type of its logs", async () => {
    const source = { name: "one", resourceArn, logType: "ACCESS_LOGS" };
    const deliverySourceConfiguration = { samplingRate: "50" };
    await logs.putDeliverySource({ ...source, deliverySourceConfiguration });
    const again = logs.putDeliverySource({ ...source, name: "another" });
    expect(await refusal(again)).toBe(
      "ConflictException: This ResourceId has already been used in another Delivery Source in this account.",
    );
    await logs.putDeliverySource({ ...source, name: "other-logs", logType: "CONNECTION_LOGS" });
    await logs.putDeliverySource({ ...source, name: "other", resourceArn: `${resourceArn}2` });
    expect(await refusal(logs.putDeliverySource({ ...source, resourceArn: `${resourceArn}3` }))).toBe(
      "ConflictException: Update to existing Delivery Source with new ResourceId is not allowed. " +
        "Please create a new Delivery Source instead.",
    );
    expect(await refusal(logs.putDeliverySource({ ...source, logType: "OTHER" }))).toContain(
      "ConflictException",
    );
    // What it had is overwritten.
    const { deliverySource } = await logs.putDeliverySource(source);
    expect(deliverySource?.deliverySourceConfiguration).toBeUndefined();
    const { deliverySources } = await logs.describeDeliverySources({ resourceArns: [resourceArn] });
    expect(deliverySources?.map(({ name }) => name)).toEqual(["one", "other-logs"]);
    await logs.deleteDeliverySource({ name: "one" });
    await logs.putDeliverySource({ ...source, name: "another" });
    for (const name of ["another", "other", "other-logs"]) await logs.deleteDeliverySource({ name });
  });

  test("are listed in pages", async () => {
    const account = "555566667777";
    const client = new CloudWatchLogs(server.clientConfig({ account }));
    for (const name of ["a", "b", "c", "d", "e"]) await putDestination(name, client);
    const pages: string[] = [];
    for (let nextToken: string | undefined; ;) {
      const page = await client.describeDeliveryDestinations({ limit: 2, ...(nextToken && { nextToken }) });
      pages.push((page.deliveryDestinations ?? []).map(({ name }) => name).join(""));
      nextToken = page.nextToken;
      if (nextToken === undefined) break;
    }
    expect(pages).toEqual(["ab", "cd", "e"]);
    // So many that those with the names are not in what is read at first.
    const changes = Array.from({ length: logLimits.listedGroups }, (_, index) => ({
      kind: "create" as const,
      collection: "log-delivery-destinations",
      scope: `${account}/${testRegion}`,
      key: `b-${index}`,
      value: { type: "S3", tags: {} },
    }));
    await server.dependencies.state.write(changes);
    const { deliveryDestinations } = await client.describeDeliveryDestinations({ names: ["d", "none"] });
    expect(deliveryDestinations?.map(({ name }) => name)).toEqual(["d"]);
  });

  test("keep what their destinations are", async () => {
    await putDestination("kept");
    const change = (input: Partial<PutDeliveryDestinationCommandInput>) =>
      logs.putDeliveryDestination({
        name: "kept",
        deliveryDestinationConfiguration: { destinationResourceArn: bucketArn },
        ...input,
      });
    expect(await refusal(change({ outputFormat: "plain" }))).toContain(
      "ConflictException: The output format",
    );
    expect(await refusal(change({ tags: { a: "1" } }))).toBe(
      "ConflictException: Tags can only be provided when a resource is being created, not updated.",
    );
    const stream = {
      destinationResourceArn: `arn:aws:firehose:${testRegion}:${testAccount}:deliverystream/s`,
    };
    const other = change({ deliveryDestinationConfiguration: stream });
    expect(await refusal(other)).toContain("ConflictException: The type");
    const folder = { destinationResourceArn: "arn:aws:s3:::other/folder" };
    const { deliveryDestination } = await change({ deliveryDestinationConfiguration: folder });
    expect(deliveryDestination).toMatchObject({
      outputFormat: "json",
      deliveryDestinationConfiguration: folder,
    });
  });

  test.each<[string, Partial<PutDeliveryDestinationCommandInput>]>([
    [
      "a queue",
      { deliveryDestinationConfiguration: { destinationResourceArn: "arn:aws:sqs:us-east-1:1:q" } },
    ],
    ["no bucket", { deliveryDestinationConfiguration: { destinationResourceArn: "arn:aws:s3:::" } }],
    [
      "no log group",
      { deliveryDestinationConfiguration: { destinationResourceArn: arnOf("destination", "d") } },
    ],
    ["another type", { deliveryDestinationType: "FH" }],
    ["a role for a bucket", { roleArn: "arn:aws:iam::123456789012:role/r" }],
  ])("do not go to %s", async (_what, input) => {
    const destination = logs.putDeliveryDestination({
      name: "q",
      deliveryDestinationConfiguration: { destinationResourceArn: bucketArn },
      ...input,
    });
    expect(await refusal(destination)).toContain("ValidationException");
  });

  test("are refused where they make no sense", async () => {
    expect(await refusal(logs.putDeliveryDestination({ name: "q" }))).toContain("ValidationException");
    const source = logs.putDeliverySource({ name: "q", resourceArn: "none", logType: "LOGS" });
    expect(await refusal(source)).toContain("ValidationException");
    await putDestination("policy");
    const policy = { deliveryDestinationName: "policy", deliveryDestinationPolicy: "{}" };
    expect(await refusal(logs.putDeliveryDestinationPolicy(policy))).toBe(
      "ValidationException: Invalid Delivery Destination resource Policy is provided.",
    );
    const traces = {
      name: "traces",
      deliveryDestinationType: "XRAY",
      roleArn: "arn:aws:iam::123456789012:role/r",
    } as const;
    expect((await logs.putDeliveryDestination(traces)).deliveryDestination).toMatchObject(traces);
  });
});

test("what is not here is said not to be here", async () => {
  expect((await logs.describeConfigurationTemplates({})).configurationTemplates).toEqual([]);
  expect((await logs.listIntegrations({})).integrationSummaries).toEqual([]);
  expect((await logs.describeImportTasks({})).imports).toEqual([]);
  const refused = [
    logs.getIntegration({ integrationName: "i" }),
    logs.deleteIntegration({ integrationName: "i" }),
    logs.cancelImportTask({ importId: "i" }),
    logs.describeImportTaskBatches({ importId: "i" }),
    logs.createImportTask({
      importSourceArn: "arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/e",
      importRoleArn: "arn:aws:iam::123456789012:role/r",
    }),
    logs.listSourcesForS3TableIntegration({ integrationArn: "arn:aws:x" }),
    logs.disassociateSourceFromS3TableIntegration({ identifier: "i" }),
    logs.associateSourceToS3TableIntegration({
      integrationArn: "arn:aws:x",
      dataSource: { name: "n", type: "t" },
    }),
  ];
  for (const answer of await Promise.all(refused.map(refusal))) {
    expect(answer).toContain("ResourceNotFoundException");
  }
  const integration = logs.putIntegration({
    integrationName: "i",
    integrationType: "OPENSEARCH",
    resourceConfig: {
      openSearchResourceConfig: { dataSourceRoleArn: "r", dashboardViewerPrincipals: [], retentionDays: 30 },
    },
  });
  expect(await refusal(integration)).toContain("ValidationException: OpenSearch");
});
