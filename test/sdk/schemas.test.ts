// EventBridge Schemas through its official client: every operation is known, and none is supported yet.
import { Schemas } from "@aws-sdk/client-schemas";
import { expect, onTestFinished, test } from "vitest";
import { startTestServer } from "../support/server.ts";

test("operations say that they are not supported", async () => {
  const server = await startTestServer();
  onTestFinished(() => server.stop());
  const schemas = new Schemas(server.clientConfig());
  const notImplemented = { name: "NotImplementedException", $metadata: { httpStatusCode: 501 } };
  await expect(schemas.listRegistries({})).rejects.toMatchObject(notImplemented);
  await expect(schemas.describeSchema({ RegistryName: "r", SchemaName: "s" })).rejects.toMatchObject({
    ...notImplemented,
    message: expect.stringContaining("DescribeSchema"),
  });
});
