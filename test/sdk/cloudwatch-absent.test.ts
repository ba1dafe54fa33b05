// What of CloudWatch is about AWS's own services and keys: told as it is through the official client.
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, type TestServer } from "../support/server.ts";

let server: TestServer;
let cloudwatch: CloudWatch;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
});
afterAll(() => server.stop());

const arn = `arn:aws:cloudwatch:${testRegion}:${testAccount}:dataset/default`;
const KmsKeyArn = `arn:aws:kms:${testRegion}:${testAccount}:key/11111111-2222-3333-4444-555555555555`;

test("the default dataset is there, and no key is associated with it", async () => {
  for (const DatasetIdentifier of ["default", arn]) {
    const dataset = await cloudwatch.getDataset({ DatasetIdentifier });
    expect(dataset).toMatchObject({ DatasetId: "default", Arn: arn });
    expect(dataset.KmsKeyArn).toBeUndefined();
  }
  expect(await refusal(cloudwatch.getDataset({ DatasetIdentifier: "other" }))).toBe(
    "ResourceNotFoundException: The dataset other does not exist.",
  );
  expect(await refusal(cloudwatch.disassociateDatasetKmsKey({ DatasetIdentifier: "default" }))).toContain(
    "ResourceNotFoundException",
  );
  const associate = (key: string) =>
    refusal(cloudwatch.associateDatasetKmsKey({ DatasetIdentifier: "default", KmsKeyArn: key }));
  expect(await associate(KmsKeyArn)).toContain("KmsKeyNotFoundException");
  const { KeyMetadata } = await new GroundwatchClient(server.clientConfig()).createKey({});
  expect(await associate(KeyMetadata.Arn)).toContain("encrypts log groups, and no metric data");
  expect((await cloudwatch.getDataset({ DatasetIdentifier: arn })).KmsKeyArn).toBeUndefined();
  expect(await associate("alias/mine")).toContain("parameter KmsKeyArn is invalid");
});

test("enrichment is stopped and cannot start", async () => {
  expect((await cloudwatch.getOTelEnrichment({})).Status).toBe("Stopped");
  await cloudwatch.stopOTelEnrichment({});
  expect(await refusal(cloudwatch.startOTelEnrichment({}))).toContain("ValidationException");
  expect(await refusal(cloudwatch.updateOTelEnrichment({}))).toContain("ResourceNotFoundException");
});

test("no resource of AWS has a configuration of its metrics", async () => {
  const ResourceArn = `arn:aws:ec2:${testRegion}:${testAccount}:instance/i-1`;
  const refusals = await Promise.all([
    refusal(cloudwatch.createResourceMetricsConfiguration({ ResourceArn })),
    refusal(cloudwatch.getResourceMetricsConfiguration({ ResourceArn })),
    refusal(cloudwatch.updateResourceMetricsConfiguration({ ResourceArn })),
    refusal(cloudwatch.deleteResourceMetricsConfiguration({ ResourceArn })),
  ]);
  for (const refused of refusals) expect(refused).toMatch(/^ResourceNotFoundException: .*i-1/);
});
