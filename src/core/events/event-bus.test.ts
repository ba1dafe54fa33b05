// Names and policies of event buses.
import { expect, test } from "vitest";
import { busArnOf, busReference, parsePolicy, withoutStatement, withPermission } from "./event-bus.ts";

const arn = "arn:aws:events:us-east-1:123456789012:event-bus/orders";

test("a bus is named by its name or its ARN, and is the default one when it is not named", () => {
  expect(busReference(undefined).name).toBe("default");
  expect(busReference("orders")).toEqual({ name: "orders", account: undefined, region: undefined });
  expect(busReference(arn)).toEqual({ name: "orders", account: "123456789012", region: "us-east-1" });
  expect(busArnOf("123456789012", "us-east-1", "orders")).toBe(arn);
  expect(busArnOf("123456789012", "cn-north-1", "x")).toMatch(/^arn:aws-cn:/);
});

test("permissions become statements, one for each id", () => {
  const permission = { action: "events:PutEvents", condition: undefined };
  const one = withPermission(undefined, { ...permission, statementId: "a", principal: "111111111111" }, arn);
  expect(one).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "a",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111111111111:root" },
        Action: "events:PutEvents",
        Resource: arn,
      },
    ],
  });
  const condition = { type: "StringEquals", key: "aws:PrincipalOrgID", value: "o-1" };
  const two = withPermission(one, { ...permission, statementId: "a", principal: "*", condition }, arn);
  expect(two.Statement).toEqual([
    expect.objectContaining({ Principal: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } }),
  ]);
  expect(withoutStatement(two, "a")).toBeUndefined();
  expect(withoutStatement(two, "b")).toEqual(two);
});

test("a whole policy needs statements with an effect, a principal and an action", () => {
  const statement = { Effect: "Allow", Principal: "*", Action: "events:PutEvents" };
  expect(parsePolicy(JSON.stringify({ Statement: statement }))).toEqual({ Statement: [statement] });
  for (const text of ["", "[]", "{}", '{"Statement":[]}', '{"Statement":[{"Effect":"Maybe"}]}']) {
    expect(parsePolicy(text)).toBeUndefined();
  }
});
