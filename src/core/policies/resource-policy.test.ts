// Policies of topics and queues: who is meant, what is meant, under which conditions, and that denials win.
import { describe, expect, test } from "vitest";
import { decide, parseResourcePolicy, type PolicyPrincipal } from "./resource-policy.ts";

const resourceArn = "arn:aws:sns:us-east-1:111122223333:alarms";
const ann: PolicyPrincipal = {
  kind: "account",
  account: "444455556666",
  arn: "arn:aws:iam::444455556666:user/ann",
};
const cloudWatch: PolicyPrincipal = { kind: "service", service: "cloudwatch.amazonaws.com" };
const context = {
  "aws:sourcearn": "arn:aws:cloudwatch:us-east-1:111122223333:alarm:cpu",
  "aws:sourceaccount": "111122223333",
  "aws:sourceip": "10.1.2.3",
  "aws:currenttime": "2026-11-21T12:00:00Z",
};

function decisionOf(statement: object, principal: PolicyPrincipal = ann) {
  const full = { Effect: "Allow", Principal: "*", Action: "sns:*", Resource: resourceArn, ...statement };
  const policy = parseResourcePolicy(JSON.stringify({ Version: "2012-10-17", Statement: full }));
  return decide(policy!, { principal, action: "sns:Publish", resourceArn, context });
}

describe("who, what and where", () => {
  test.each([
    [{ Principal: "*" }, "Allow"],
    [{ Principal: { AWS: "*" } }, "Allow"],
    [{ Principal: { AWS: "444455556666" } }, "Allow"],
    [{ Principal: { AWS: ["arn:aws:iam::444455556666:root"] } }, "Allow"],
    [{ Principal: { AWS: "arn:aws:iam::444455556666:user/ann" } }, "Allow"],
    [{ Principal: { AWS: "arn:aws:iam::444455556666:user/bob" } }, "Neither"],
    [{ Principal: { AWS: "111122223333" } }, "Neither"],
    [{ Principal: { Service: "cloudwatch.amazonaws.com" } }, "Neither"],
    [{ Principal: undefined, NotPrincipal: { AWS: "444455556666" } }, "Neither"],
    [{ Action: "SNS:publish" }, "Allow"],
    [{ Action: ["sns:Subscribe", "sns:Pub*"] }, "Allow"],
    [{ Action: "sns:Subscribe" }, "Neither"],
    [{ Action: undefined, NotAction: "sns:Subscribe" }, "Allow"],
    [{ Resource: "arn:aws:sns:*:111122223333:al?rms" }, "Allow"],
    [{ Resource: undefined }, "Allow"],
    [{ Resource: "arn:aws:sns:us-east-1:111122223333:Alarms" }, "Neither"],
    [{ Effect: "Deny" }, "Deny"],
  ])("%j: %s", (statement, decision) => {
    expect(decisionOf(statement)).toBe(decision);
  });

  test("a service is meant by its name, or with everybody", () => {
    expect(decisionOf({ Principal: { Service: "cloudwatch.amazonaws.com" } }, cloudWatch)).toBe("Allow");
    expect(decisionOf({ Principal: { Service: ["events.amazonaws.com"] } }, cloudWatch)).toBe("Neither");
    expect(decisionOf({ Principal: { AWS: "*" } }, cloudWatch)).toBe("Allow");
  });
});

describe("conditions", () => {
  test.each([
    [{ StringEquals: { "AWS:SourceAccount": "111122223333" } }, "Allow"],
    [{ StringEquals: { "aws:SourceAccount": ["1", "111122223333"] } }, "Allow"],
    [{ StringEquals: { "aws:SourceAccount": "1" } }, "Neither"],
    [{ StringNotEquals: { "aws:SourceAccount": "111122223333" } }, "Neither"],
    [{ StringNotEquals: { "aws:PrincipalOrgID": "o-1" } }, "Allow"],
    [{ StringEquals: { "aws:PrincipalOrgID": "o-1" } }, "Neither"],
    [{ StringEqualsIfExists: { "aws:PrincipalOrgID": "o-1" } }, "Allow"],
    [{ "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-1" } }, "Allow"],
    [{ "ForAnyValue:StringEquals": { "aws:PrincipalOrgID": "o-1" } }, "Neither"],
    [{ ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:*:*:alarm:*" } }, "Allow"],
    [{ ArnLike: { "aws:SourceArn": "arn:aws:*:cpu" } }, "Neither"],
    [{ StringLike: { "aws:SourceArn": "arn:aws:*:cpu" } }, "Allow"],
    [{ IpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, "Allow"],
    [{ NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } }, "Neither"],
    [{ DateLessThan: { "aws:CurrentTime": "2027-01-01T00:00:00Z" } }, "Allow"],
    [{ DateGreaterThan: { "aws:CurrentTime": "2027-01-01T00:00:00Z" } }, "Neither"],
    [{ Null: { "aws:PrincipalOrgID": "true" } }, "Allow"],
    [{ Null: { "aws:SourceArn": "true" } }, "Neither"],
    [
      {
        StringEquals: { "aws:SourceAccount": "111122223333" },
        ArnLike: { "aws:SourceArn": "arn:aws:cloudwatch:us-west-2:*:alarm:*" },
      },
      "Neither",
    ],
  ])("%j: %s", (Condition, decision) => {
    expect(decisionOf({ Condition })).toBe(decision);
  });
});

test("a denial outweighs what allows", () => {
  const policy = parseResourcePolicy(
    JSON.stringify({
      Statement: [
        { Effect: "Allow", Principal: "*", Action: "*" },
        { Effect: "Deny", Principal: { AWS: "444455556666" }, Action: "sns:Publish" },
      ],
    }),
  )!;
  const request = { principal: ann, resourceArn, context };
  expect(decide(policy, { ...request, action: "sns:Publish" })).toBe("Deny");
  expect(decide(policy, { ...request, action: "sns:Subscribe" })).toBe("Allow");
});

test.each([
  "no json",
  "[]",
  "{}",
  '{"Version":"2020-01-01","Statement":[]}',
  '{"Statement":[{"Effect":"allow","Principal":"*","Action":"*"}]}',
  '{"Statement":[{"Effect":"Allow","Action":"*"}]}',
  '{"Statement":[{"Effect":"Allow","Principal":"*"}]}',
  '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Condition":{"Looks":{"a":"b"}}}]}',
])("%s is no policy", (text) => {
  expect(parseResourcePolicy(text)).toBeUndefined();
});
