// Policies of queues: what they allow other accounts, and what they deny their own.
import { randomUUID } from "node:crypto";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../support/refusal.ts";
import { startTestServer, testAccount, type TestServer } from "../support/server.ts";

const otherAccount = "999988887777";
const everyAction = [
  "SendMessage",
  "ReceiveMessage",
  "DeleteMessage",
  "ChangeMessageVisibility",
  "GetQueueAttributes",
  "GetQueueUrl",
  "PurgeQueue",
  "ListDeadLetterSourceQueues",
];
let server: TestServer;
let sqs: SQS;
let other: SQS;

beforeAll(async () => {
  server = await startTestServer();
  sqs = new SQS(server.clientConfig());
  other = new SQS(server.clientConfig({ account: otherAccount }));
});

afterAll(async () => {
  await server?.stop();
});

async function newQueue() {
  const name = `q-${randomUUID()}`;
  const { QueueUrl } = await sqs.createQueue({ QueueName: name });
  return { name, QueueUrl: QueueUrl!, arn: `arn:aws:sqs:us-east-1:${testAccount}:${name}` };
}

const policyOf = async (QueueUrl: string) => {
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["Policy"] });
  const text = Attributes?.["Policy"];
  return text === undefined ? undefined : (JSON.parse(text) as { Statement: object[] });
};

describe("permissions", () => {
  test("open a queue to another account, and close it again", async () => {
    const { name, QueueUrl, arn } = await newQueue();
    const send = () => other.sendMessage({ QueueUrl, MessageBody: "x" });
    const denied =
      `AccessDenied: User: arn:aws:iam::${otherAccount}:root is not authorized to perform: ` +
      `sqs:sendmessage on resource: ${arn} because no resource-based policy allows the sqs:sendmessage ` +
      `action`;
    expect(await refusal(send())).toBe(denied);
    const Label = "shop";
    const permission = { QueueUrl, Label, AWSAccountIds: [otherAccount] };
    await sqs.addPermission({ ...permission, Actions: ["SendMessage", "GetQueueUrl"] });
    expect(await policyOf(QueueUrl)).toMatchObject({
      Statement: [
        {
          Sid: Label,
          Effect: "Allow",
          Principal: { AWS: `arn:aws:iam::${otherAccount}:root` },
          Action: ["SQS:SendMessage", "SQS:GetQueueUrl"],
          Resource: arn,
        },
      ],
    });
    await send();
    await other.sendMessageBatch({ QueueUrl, Entries: [{ Id: "a", MessageBody: "y" }] });
    const named = await other.getQueueUrl({ QueueName: name, QueueOwnerAWSAccountId: testAccount });
    expect(named.QueueUrl).toBe(QueueUrl);
    expect(await refusal(other.receiveMessage({ QueueUrl }))).toMatch(/sqs:receivemessage/);
    expect((await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 })).Messages).toHaveLength(2);
    await sqs.removePermission({ QueueUrl, Label });
    expect(await policyOf(QueueUrl)).toBeUndefined();
    expect(await refusal(send())).toBe(denied);
  });

  test.each([
    [{ Label: "a b" }, /Value a b for parameter Label is invalid/],
    [{ AWSAccountIds: ["me"] }, /Value me for parameter PrincipalId is invalid/],
    [{ AWSAccountIds: [] }, /must contain the parameter AWSAccountIds/],
    [
      { Actions: ["DeleteQueue"] },
      /Value SQS:DeleteQueue for parameter ActionName is invalid.*only the queue/i,
    ],
    [
      {
        Actions: everyAction,
      },
      /^OverLimit: 8 Actions were found, maximum allowed is 7\./,
    ],
  ])("%j is refused", async (change, message) => {
    const { QueueUrl } = await newQueue();
    const permission = { QueueUrl, Label: "a", AWSAccountIds: [otherAccount], Actions: ["*"] };
    expect(await refusal(sqs.addPermission({ ...permission, ...change }))).toMatch(message);
  });

  test("have labels that are there once, and can be removed only once", async () => {
    const { QueueUrl } = await newQueue();
    const permission = { QueueUrl, Label: "a", AWSAccountIds: [otherAccount], Actions: ["*"] };
    await sqs.addPermission(permission);
    expect(await refusal(sqs.addPermission(permission))).toMatch(/for parameter Label.*Already exists/);
    await sqs.removePermission({ QueueUrl, Label: "a" });
    expect(await refusal(sqs.removePermission({ QueueUrl, Label: "a" }))).toMatch(/can't find label/);
  });
});

describe("policies", () => {
  const setPolicy = (QueueUrl: string, Statement: object[]) =>
    sqs.setQueueAttributes({
      QueueUrl,
      Attributes: { Policy: JSON.stringify({ Version: "2012-10-17", Statement }) },
    });

  test("cannot give away what is the owner's alone", async () => {
    const { QueueUrl } = await newQueue();
    await setPolicy(QueueUrl, [{ Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: "*" }]);
    await other.sendMessage({ QueueUrl, MessageBody: "x" });
    await other.purgeQueue({ QueueUrl });
    expect(await refusal(other.deleteQueue({ QueueUrl }))).toMatch(/^AccessDenied/);
    expect(await refusal(other.tagQueue({ QueueUrl, Tags: { a: "b" } }))).toMatch(/^AccessDenied/);
  });

  test("deny their own account too, but not the way out", async () => {
    const { QueueUrl } = await newQueue();
    await setPolicy(QueueUrl, [{ Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: "*" }]);
    const sending = refusal(sqs.sendMessage({ QueueUrl, MessageBody: "x" }));
    expect(await sending).toMatch(/with an explicit deny in a resource-based policy/);
    await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy: "" } });
    await sqs.sendMessage({ QueueUrl, MessageBody: "x" });
  });

  test("that want TLS refuse what came over plain HTTP, and not what a proxy took over TLS", async () => {
    const { QueueUrl } = await newQueue();
    const Condition = { Bool: { "aws:SecureTransport": "false" } };
    await setPolicy(QueueUrl, [
      { Effect: "Deny", Principal: "*", Action: "sqs:*", Resource: "*", Condition },
    ]);
    const message = { QueueUrl, MessageBody: "x" };
    expect(await refusal(sqs.sendMessage(message))).toMatch(
      /with an explicit deny in a resource-based policy/,
    );
    const behindProxy = new SQS(server.clientConfig());
    behindProxy.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        headers["x-forwarded-proto"] = "https";
        return next(args);
      },
      { step: "build" },
    );
    await behindProxy.sendMessage(message);
  });

  test("have to be policies", async () => {
    const { QueueUrl } = await newQueue();
    const Attributes = { Policy: JSON.stringify({ Statement: [{ Effect: "Allow" }] }) };
    expect(await refusal(sqs.setQueueAttributes({ QueueUrl, Attributes }))).toMatch(
      /^InvalidAttributeValue: Invalid value for the parameter Policy/,
    );
  });
});
