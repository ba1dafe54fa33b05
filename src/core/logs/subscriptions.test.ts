// What subscriptions are made of: destinations and policies.
import { describe, expect, test } from "vitest";
import { parseGroupExclusion, parseSubscriptionPolicy } from "./account-policy.ts";
import { allows, asksForOrganization, parseDestinationPolicy } from "./destination-policy.ts";
import { ownLogGroupOf, parseSubscriptionTarget, problemOfTarget } from "./subscription-target.ts";

const place = "us-east-1:111122223333";

test.each([
  [`arn:aws:kinesis:${place}:stream/s`, { kind: "kinesis", region: "us-east-1", streamName: "s" }],
  [`arn:aws:firehose:${place}:deliverystream/f`, { kind: "firehose", streamName: "f" }],
  [`arn:aws:lambda:${place}:function:f:live`, { kind: "lambda", region: "us-east-1", functionName: "f" }],
  [`arn:aws:es:${place}:domain/d`, { kind: "opensearch", domain: "d", index: undefined }],
  [`arn:aws:es:${place}:domain/d/i`, { kind: "opensearch", domain: "d", index: "i" }],
  [`arn:aws-cn:logs:${place}:destination:d`, { kind: "destination", account: "111122223333", name: "d" }],
  ["https://example.com/x", { kind: "webhook", url: "https://example.com/x" }],
])("%s is %o", (arn, expected) => {
  expect(parseSubscriptionTarget(arn)).toMatchObject({ arn, ...expected });
});

test.each([
  "",
  "https://",
  `arn:aws:kinesis:${place}:stream/`,
  `arn:aws:sqs:${place}:q`,
  `arn:aws:es:${place}:domain/`,
])("%s is no destination", (arn) => expect(parseSubscriptionTarget(arn)).toBeUndefined());

test.each([
  [`arn:aws:kinesis:${place}:stream/s`, "without", undefined],
  [`arn:aws:firehose:${place}:deliverystream/f`, "without", undefined],
  [`arn:aws:lambda:${place}:function:f`, undefined, "with"],
  [`arn:aws:logs:${place}:destination:d`, undefined, undefined],
  [`arn:aws:es:${place}:domain/d`, undefined, undefined],
  ["https://example.com/x", undefined, undefined],
])("%s is refused %s a role, or %s one", (arn, withoutRole, withRole) => {
  const problemOf = (roleArn?: string) =>
    /cannot be used (\w+) roleArn$/.exec(problemOfTarget("Put", arn, roleArn) ?? "")?.[1];
  expect([problemOf(), problemOf("role")]).toEqual([withoutRole, withRole]);
});

test("what cannot be delivered to is named as what it is", () => {
  const queue = `arn:aws:sqs:${place}:q`;
  expect(problemOfTarget("Put", queue, undefined)).toBe(
    "destinationArn for vendor sqs cannot be used without roleArn",
  );
  expect(problemOfTarget("Put", queue, "role")).toBe(
    "Put operation cannot work with destinationArn for vendor sqs",
  );
  for (const arn of ["", "stream", `arn:aws:kinesis:${place}:stream/`, `arn:aws:logs:${place}:log-group:g`]) {
    expect(problemOfTarget("Put", arn, "role")).toContain(`Invalid destination: ${arn} `);
  }
});

test("only a function has a group of its own", () => {
  expect(ownLogGroupOf(`arn:aws:lambda:${place}:function:f:live`)).toBe("/aws/lambda/f");
  expect(ownLogGroupOf(`arn:aws:kinesis:${place}:stream/f`)).toBeUndefined();
});

describe("an access policy", () => {
  const arn = `arn:aws:logs:${place}:destination:d`;
  const allow = {
    Effect: "Allow",
    Principal: { AWS: ["111122223333", "arn:aws:iam::444455556666:root"] },
    Action: "logs:Put*",
    Resource: arn,
  };
  const allowsAccount = (statements: unknown, account: string) => {
    const policy = parseDestinationPolicy(JSON.stringify({ Statement: statements }));
    return policy !== undefined && allows(policy, account, "logs:PutSubscriptionFilter", arn);
  };

  test("lets in whom it names", () => {
    expect(allowsAccount(allow, "111122223333")).toBe(true);
    expect(allowsAccount([allow], "444455556666")).toBe(true);
    expect(allowsAccount(allow, "999999999999")).toBe(false);
    expect(allowsAccount({ ...allow, Principal: "*" }, "999999999999")).toBe(true);
  });

  test("is about its action and its destination", () => {
    expect(allowsAccount({ ...allow, Action: ["logs:CreateDelivery"] }, "111122223333")).toBe(false);
    expect(allowsAccount({ ...allow, Resource: `${arn}2` }, "111122223333")).toBe(false);
    expect(allowsAccount({ ...allow, Resource: "arn:aws:logs:*:destination:?" }, "111122223333")).toBe(true);
  });

  test("keeps out whom a statement denies, and who does not keep a condition", () => {
    expect(allowsAccount([allow, { ...allow, Effect: "Deny" }], "111122223333")).toBe(false);
    const condition = { StringEquals: { "aws:PrincipalOrgID": "o-1" } };
    expect(allowsAccount({ ...allow, Condition: condition }, "111122223333")).toBe(false);
    const some = { StringLike: { "aws:PrincipalAccount": "1111*" } };
    expect(allowsAccount({ ...allow, Condition: some }, "111122223333")).toBe(true);
    expect(allowsAccount({ ...allow, Condition: some }, "444455556666")).toBe(false);
  });

  test.each([
    [{ StringEquals: { "aws:PrincipalOrgID": "o-1" } }, "Allow", true],
    [{ "ForAnyValue:StringLike": { "AWS:principalOrgPaths": "o-1/*" } }, "Allow", true],
    [{ StringEquals: { "aws:PrincipalOrgID": "o-1" } }, "Deny", false],
    [{ StringEquals: { "aws:PrincipalAccount": "1" } }, "Allow", false],
    [undefined, "Allow", false],
  ])("with %o that says %s asks for an organization: %s", (Condition, Effect, expected) => {
    const policy = parseDestinationPolicy(
      JSON.stringify({ Statement: [allow, { ...allow, Effect, Condition }] }),
    );
    expect(policy !== undefined && asksForOrganization(policy)).toBe(expected);
  });

  const everybody = { ...allow, Principal: "*" };
  test.each([
    ["a part of the account", { StringLike: { "aws:PrincipalAccount": "1111*" } }, true, false],
    [
      "one of several accounts",
      { StringEquals: { "aws:PrincipalAccount": ["1", "444455556666"] } },
      false,
      true,
    ],
    ["not an account", { StringNotEquals: { "aws:PrincipalAccount": "111122223333" } }, false, true],
    ["an ARN", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::4444*:root" } }, false, true],
    ["no organization", { Null: { "aws:PrincipalOrgID": "true" } }, true, true],
    ["an organization", { StringEquals: { "aws:PrincipalOrgID": "o-1" } }, false, false],
    ["the path of one", { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-1/*" } }, false, false],
    [
      "an organization, if it is known",
      { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-1" } },
      true,
      true,
    ],
    ["an address, which no delivery has", { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } }, false, false],
    [
      "two things at once",
      { StringLike: { "aws:PrincipalAccount": "*" }, StringNotLike: { "aws:PrincipalArn": "*:1111*" } },
      false,
      true,
    ],
  ])("asks for %s", (_asked, Condition, first, second) => {
    expect(allowsAccount({ ...everybody, Condition }, "111122223333")).toBe(first);
    expect(allowsAccount({ ...everybody, Condition }, "444455556666")).toBe(second);
  });

  test("names whom it is not for, what may not be done, and where", () => {
    const { Principal: _who, ...toAnybody } = allow;
    const toOthers = { ...toAnybody, NotPrincipal: { AWS: "111122223333" } };
    expect(allowsAccount(toOthers, "111122223333")).toBe(false);
    expect(allowsAccount(toOthers, "444455556666")).toBe(true);
    const denyOthers = { ...toOthers, Effect: "Deny" };
    expect(allowsAccount([everybody, denyOthers], "111122223333")).toBe(true);
    expect(allowsAccount([everybody, denyOthers], "444455556666")).toBe(false);
    const { Action: _action, ...without } = { ...everybody, NotAction: "logs:Put*" };
    expect(allowsAccount(without, "111122223333")).toBe(false);
    const { Resource: _resource, ...elsewhere } = { ...everybody, NotResource: arn };
    expect(allowsAccount(elsewhere, "111122223333")).toBe(false);
  });

  test.each(["", "[]", "{}", '{"Statement":[]}', '{"Statement":{"Effect":"Maybe"}}'])("is not %s", (text) => {
    expect(parseDestinationPolicy(text)).toBeUndefined();
  });
});

test("an account policy names a destination, and perhaps a pattern and a distribution", () => {
  expect(parseSubscriptionPolicy('{"DestinationArn":"a"}')).toEqual({
    destinationArn: "a",
    roleArn: undefined,
    filterPattern: "",
    distribution: "ByLogStream",
  });
  const refused = ["", "1", "{}", '{"DestinationArn":"a","Distribution":"Even"}', '{"DestinationArn":1}'];
  for (const text of refused) expect(parseSubscriptionPolicy(text)).toBeUndefined();
});

test("selection criteria leave groups out by their names", () => {
  expect(parseGroupExclusion('LogGroupName NOT IN ["a", "/b"]')).toEqual(["a", "/b"]);
  for (const text of ["", "LogGroupName IN []", "LogGroupName NOT IN [a]", "LogGroupName NOT IN [1]"]) {
    expect(parseGroupExclusion(text)).toBeUndefined();
  }
});
