// Dashboards through the official client.
import { CloudWatch, DashboardInvalidInputError } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dashboardsOf, type Dashboard } from "../../src/storage/dashboards.ts";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, testRegion, testStartAt, type TestServer } from "../support/server.ts";

let server: TestServer;
let cloudwatch: CloudWatch;
let elsewhere: CloudWatch;
let stranger: CloudWatch;

beforeAll(async () => {
  server = await startTestServer();
  cloudwatch = new CloudWatch(server.clientConfig());
  elsewhere = new CloudWatch(server.clientConfig({ region: "eu-west-1" }));
  stranger = new CloudWatch(server.clientConfig({ account: "222222222222" }));
});
afterAll(() => server.stop());

const bodyOf = (markdown: string) =>
  JSON.stringify({ widgets: [{ type: "text", properties: { markdown } }] }, undefined, 1);
const arnOf = (name: string) => `arn:aws:cloudwatch::${testAccount}:dashboard/${name}`;

test("a dashboard comes back as it was put, in every region of its account", async () => {
  const DashboardBody = bodyOf("Überblick");
  const put = await cloudwatch.putDashboard({ DashboardName: "shop", DashboardBody });
  expect(put.DashboardValidationMessages).toEqual([]);
  const got = await elsewhere.getDashboard({ DashboardName: "shop" });
  expect(got).toMatchObject({ DashboardName: "shop", DashboardArn: arnOf("shop"), DashboardBody });
  expect(await refusal(stranger.getDashboard({ DashboardName: "shop" }))).toBe(
    "ResourceNotFound: Dashboard shop does not exist",
  );
  await cloudwatch.putDashboard({ DashboardName: "shop", DashboardBody: bodyOf("new") });
  expect((await cloudwatch.getDashboard({ DashboardName: "shop" })).DashboardBody).toBe(bodyOf("new"));
  await cloudwatch.deleteDashboards({ DashboardNames: ["shop"] });
});

test("dashboards are listed by prefix, with their sizes in bytes, page by page", async () => {
  const names = Array.from({ length: 1_001 }, (_, index) => `page-${String(index).padStart(4, "0")}`);
  const DashboardBody = bodyOf("ü");
  const { state } = server.dependencies;
  const { name: collection } = dashboardsOf(state);
  await state.write(
    names.slice(1).map((name) => {
      const value: Dashboard = { name, body: DashboardBody, tags: {}, updatedAt: testStartAt };
      return { kind: "create", collection, scope: testAccount, key: name, value };
    }),
  );
  await cloudwatch.putDashboard({ DashboardName: names[0]!, DashboardBody });
  const first = await cloudwatch.listDashboards({ DashboardNamePrefix: "page-" });
  const second = await cloudwatch.listDashboards({
    DashboardNamePrefix: "page-",
    NextToken: first.NextToken!,
  });
  const listed = [...first.DashboardEntries!, ...second.DashboardEntries!];
  expect(listed.map(({ DashboardName }) => DashboardName)).toEqual(names);
  expect(second.NextToken).toBeUndefined();
  expect(listed[0]).toEqual({
    DashboardName: "page-0000",
    DashboardArn: arnOf("page-0000"),
    LastModified: new Date(testStartAt),
    Size: Buffer.byteLength(DashboardBody),
  });
  expect((await cloudwatch.listDashboards({ DashboardNamePrefix: "none" })).DashboardEntries).toEqual([]);
  expect(await refusal(cloudwatch.listDashboards({ NextToken: "?" }))).toContain("next token");
});

test("a body with errors is refused with all of them, and nothing is stored", async () => {
  const DashboardBody = '{"widgets":[{"type":"text","width":25,"properties":{}}]}';
  const refused = await cloudwatch
    .putDashboard({ DashboardName: "bad", DashboardBody })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(DashboardInvalidInputError);
  const { message, dashboardValidationMessages } = refused as DashboardInvalidInputError;
  expect(dashboardValidationMessages).toEqual([
    { DataPath: "/widgets/0/width", Message: "Should be <= 24" },
    { DataPath: "/widgets/0/properties", Message: "Should have required property 'markdown'" },
  ]);
  expect(message).toContain("The dashboard body is invalid, there are 2 validation errors:");
  expect(message).toContain('"dataPath": "/widgets/0/width"');
  expect(await refusal(cloudwatch.getDashboard({ DashboardName: "bad" }))).toContain("does not exist");
  expect(await refusal(cloudwatch.putDashboard({ DashboardName: "bad", DashboardBody: "{" }))).toBe(
    "DashboardInvalidInputError: The field DashboardBody must be a valid JSON object",
  );
});

test("what a body has besides is remarked, and stored", async () => {
  const DashboardBody = '{"widgets":[],"theme":"dark"}';
  const put = await cloudwatch.putDashboard({ DashboardName: "extra", DashboardBody });
  expect(put.DashboardValidationMessages).toEqual([
    { DataPath: "/theme", Message: "Should NOT have additional properties" },
  ]);
  expect((await cloudwatch.getDashboard({ DashboardName: "extra" })).DashboardBody).toBe(DashboardBody);
});

test("names have letters, digits, dashes and underscores", async () => {
  const put = (DashboardName: string) =>
    refusal(cloudwatch.putDashboard({ DashboardName, DashboardBody: bodyOf("") }));
  expect(await put("my dashboard")).toBe(
    "InvalidParameterValueException: The value my dashboard for field DashboardName contains invalid " +
      "characters. It can only contain alphanumerics, dash (-) and underscore (_).",
  );
  expect(await put("x".repeat(256))).toContain("must not be longer than 255 characters");
});

test("dashboards are deleted all or none", async () => {
  await cloudwatch.putDashboard({ DashboardName: "kept", DashboardBody: bodyOf("") });
  expect(await refusal(cloudwatch.deleteDashboards({ DashboardNames: ["kept", "gone"] }))).toBe(
    "ResourceNotFound: The specified dashboards do not exist. [gone]",
  );
  expect((await cloudwatch.getDashboard({ DashboardName: "kept" })).DashboardName).toBe("kept");
});

test("tags are given with a new dashboard, changed by its ARN, and stay when it is put again", async () => {
  const DashboardName = "tagged";
  const put = (team: string) =>
    cloudwatch.putDashboard({
      DashboardName,
      DashboardBody: bodyOf(team),
      Tags: [{ Key: "team", Value: team }],
    });
  const tags = async () => (await elsewhere.listTagsForResource({ ResourceARN: arnOf(DashboardName) })).Tags;
  await put("shop");
  await put("other");
  expect(await tags()).toEqual([{ Key: "team", Value: "shop" }]);
  await cloudwatch.tagResource({ ResourceARN: arnOf(DashboardName), Tags: [{ Key: "a", Value: "b" }] });
  await cloudwatch.untagResource({ ResourceARN: arnOf(DashboardName), TagKeys: ["team"] });
  expect(await tags()).toEqual([{ Key: "a", Value: "b" }]);
  const regional = `arn:aws:cloudwatch:${testRegion}:${testAccount}:dashboard/${DashboardName}`;
  expect(await refusal(cloudwatch.listTagsForResource({ ResourceARN: regional }))).toContain("not exist");
});

test("over the Query protocol errors have the codes that old clients know", async () => {
  const ask = async (form: Record<string, string>) => {
    const answer = await fetch(server.endpoint, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ Version: "2010-08-01", ...form }),
    });
    return `${answer.status} ${await answer.text()}`;
  };
  const invalid = await ask({ Action: "PutDashboard", DashboardName: "q", DashboardBody: "[]" });
  expect(invalid).toMatch(/^400 .*<Code>InvalidParameterInput<\/Code>/s);
  const missing = await ask({ Action: "GetDashboard", DashboardName: "q" });
  expect(missing).toMatch(/^404 .*<Code>ResourceNotFound<\/Code>/s);
});
