// Deliveries of vended logs, their sources and destinations, and what is answered where there is nothing.
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let logs: CloudWatchLogs;

beforeAll(async () => {
  server = await startTestServer();
  logs = new CloudWatchLogs(server.clientConfig());
});

afterAll(() => server?.stop());

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
    expect(await refusal(logs.createDelivery(input))).toContain("ConflictException");
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
    await logs.createDelivery(input);
    await owner.deleteDeliveryDestinationPolicy(named);
    expect((await owner.getDeliveryDestinationPolicy(named)).policy).toBeUndefined();
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

  test("are refused where they make no sense", async () => {
    const queue = { destinationResourceArn: "arn:aws:sqs:us-east-1:123456789012:q" };
    const destination = logs.putDeliveryDestination({ name: "q", deliveryDestinationConfiguration: queue });
    expect(await refusal(destination)).toContain("ValidationException");
    const source = logs.putDeliverySource({ name: "q", resourceArn: "none", logType: "LOGS" });
    expect(await refusal(source)).toContain("ValidationException");
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
