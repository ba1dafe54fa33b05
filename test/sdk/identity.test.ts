// Who may call: SDK clients with right and wrong keys against a server that verifies signatures.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { XRay } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GroundwatchClient } from "../../src/client/index.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const configured = {
  accessKeyId: "AKIACONFIGURED000000",
  secretAccessKey: "from the file",
  account: "222233334444",
  userName: "carol",
};

describe("with signatures", () => {
  let server: TestServer;
  let root: Key & { readonly account: string };

  beforeAll(async () => {
    server = await startTestServer({ auth: "iam", clock: "system", accessKeys: [configured] });
    root = JSON.parse(readFileSync(join(server.dataFolder, "root-credentials.json"), "utf8"));
  });

  afterAll(async () => {
    await server?.stop();
  });

  const options = (credentials: Key, region = "us-east-1") => ({
    endpoint: server.endpoint,
    region,
    credentials,
    maxAttempts: 1,
  });
  const busNames = async (client: EventBridge) =>
    (await client.listEventBuses({})).EventBuses?.map(({ Name }) => Name).sort();

  test("the root key is written for its owner alone, and works", async () => {
    expect(statSync(join(server.dataFolder, "root-credentials.json")).mode & 0o777).toBe(0o600);
    expect(root.account).toBe("000000000000");
    expect(await busNames(new EventBridge(options(root)))).toEqual(["default"]);
  });

  test("a wrong secret, an unknown key and a foreign session token have AWS's codes", async () => {
    const refusal = (credentials: Key & { sessionToken?: string }) =>
      new EventBridge(options(credentials)).listEventBuses({}).catch((error: unknown) => error);
    expect(await refusal({ ...root, secretAccessKey: "wrong" })).toMatchObject({
      name: "InvalidSignatureException",
      $metadata: { httpStatusCode: 400 },
    });
    expect(await refusal({ ...root, accessKeyId: "AKIAUNKNOWN000000000" })).toMatchObject({
      name: "UnrecognizedClientException",
    });
    expect(await refusal({ ...root, sessionToken: "made up" })).toMatchObject({
      name: "UnrecognizedClientException",
    });
    const rest = new XRay(options({ ...root, secretAccessKey: "wrong" })).batchGetTraces({ TraceIds: ["x"] });
    await expect(rest).rejects.toMatchObject({
      name: "InvalidSignatureException",
      $metadata: { httpStatusCode: 403 },
    });
  });

  test("a clock that is wrong is refused, and repaired by the client from the answer", async () => {
    const wrong = { ...options(root), systemClockOffset: -3_600_000 };
    await expect(new EventBridge(wrong).listEventBuses({})).rejects.toMatchObject({
      name: "InvalidSignatureException",
      message: expect.stringContaining("Signature expired"),
    });
    expect(await busNames(new EventBridge({ ...wrong, maxAttempts: 2 }))).toEqual(["default"]);
  });

  test("a call without a signature is refused", async () => {
    const answer = await fetch(server.endpoint, {
      method: "POST",
      headers: { "x-amz-target": "AWSEvents.ListEventBuses", "content-type": "application/x-amz-json-1.1" },
      body: "{}",
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: "MissingAuthenticationTokenException" });
  });

  test("each account and each region is a world of its own", async () => {
    const here = new EventBridge(options(root));
    await here.createEventBus({ Name: "mine" });
    expect(await busNames(here)).toEqual(["default", "mine"]);
    expect(await busNames(new EventBridge(options(root, "eu-west-1")))).toEqual(["default"]);
    expect(await busNames(new EventBridge(options(configured)))).toEqual(["default"]);
    const bus = await new EventBridge(options(configured)).describeEventBus({ Name: "default" });
    expect(bus.Arn).toContain(":222233334444:");
  });

  test("keys are made by the root, work at once, and no longer once they are deleted", async () => {
    const owner = new GroundwatchClient(options(root));
    const made = await owner.createAccessKey({ Account: "555566667777", UserName: "dave" });
    const key = { accessKeyId: made.AccessKeyId, secretAccessKey: made.SecretAccessKey };
    const bus = await new EventBridge(options(key)).describeEventBus({ Name: "default" });
    expect(bus.Arn).toContain(":555566667777:");
    await new GroundwatchClient(options(key)).deleteAccessKey({ AccessKeyId: made.AccessKeyId });
    await expect(new EventBridge(options(key)).listEventBuses({})).rejects.toMatchObject({
      name: "UnrecognizedClientException",
    });
  });

  test("only the owner of the server touches every account at once", async () => {
    const carol = new GroundwatchClient(options(configured));
    for (const attempt of [carol.reset(), carol.createAccessKey({ Account: "000000000000" })]) {
      await expect(attempt).rejects.toMatchObject({
        name: "AccessDeniedException",
        message: expect.stringContaining("arn:aws:iam::222233334444:user/carol is not authorized to perform"),
      });
    }
    expect((await carol.createAccessKey()).Account).toBe("222233334444");
  });
});

describe("without signatures", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({ account: "121212121212", region: "eu-central-1" });
  });

  afterAll(async () => {
    await server?.stop();
  });

  const arnFor = async (accessKeyId: string, region: string) => {
    const credentials = { accessKeyId, secretAccessKey: "any" };
    const client = new EventBridge({ endpoint: server.endpoint, region, credentials });
    return (await client.describeEventBus({ Name: "default" })).Arn;
  };

  test("a key of twelve digits is the account, any other one stands for the default account", async () => {
    expect(await arnFor("123456789012", "us-west-2")).toBe(
      "arn:aws:events:us-west-2:123456789012:event-bus/default",
    );
    expect(await arnFor("any", "us-west-2")).toContain(":121212121212:");
  });

  test("a call without a signature is one of the default account and region", async () => {
    const answer = await fetch(server.endpoint, {
      method: "POST",
      headers: { "x-amz-target": "AWSEvents.DescribeEventBus", "content-type": "application/x-amz-json-1.1" },
      body: "{}",
    });
    expect(await answer.json()).toMatchObject({
      Arn: "arn:aws:events:eu-central-1:121212121212:event-bus/default",
    });
  });
});
