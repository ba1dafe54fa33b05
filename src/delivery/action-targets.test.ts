// The file of action targets: which target an action has, and what is wrong with a file.
import { expect, test } from "vitest";
import { parseActionTargets, type ActionWay } from "./action-targets.ts";

const place = "us-east-1:123456789012";
const restart = `arn:aws:lambda:${place}:function:restart`;
const stop = "arn:aws:automate:us-east-1:ec2:stop";

function waysOf(targets: unknown): (arn: string) => ActionWay | undefined {
  const parsed = parseActionTargets(JSON.stringify(targets));
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
}

test("the first entry that matches is the action's way", () => {
  const find = waysOf([
    { arn: "*:function:other", webhook: "https://example.com/other" },
    { service: "lambda", endpoint: "http://127.0.0.1:9001/", accessKeyId: "k", secretAccessKey: "s" },
    { service: "*", command: ["/bin/true", "a b"], timeoutSeconds: 5 },
  ]);
  expect(find(restart)).toEqual({
    kind: "endpoint",
    endpoint: { url: "http://127.0.0.1:9001", accessKeyId: "k", secretAccessKey: "s" },
  });
  expect(find(`arn:aws:lambda:${place}:function:other`)).toMatchObject({ kind: "webhook", headers: {} });
  expect(find(stop)).toEqual({ kind: "command", words: ["/bin/true", "a b"], timeoutMs: 5_000 });
});

test("nothing but an asterisk is special in a pattern", () => {
  const find = waysOf([{ arn: "arn:aws:lambda:*:function:r.start", webhook: "http://example.com/" }]);
  expect(find(restart)).toBeUndefined();
  expect(find(`arn:aws:lambda:${place}:function:r.start`)).toBeDefined();
  expect(waysOf([{ arn: "*start", webhook: "http://example.com/" }])(restart)).toBeDefined();
  expect(waysOf([{ arn: "*star", webhook: "http://example.com/" }])(restart)).toBeUndefined();
});

test.each([
  [{}, "it must be a JSON array"],
  [[5], "target 1: it must be a JSON object"],
  [[{ service: "ec2" }], "target 1: it needs one of endpoint, webhook, command"],
  [[{ webhook: "http://a/", command: ["/b"] }], "it needs one of"],
  [
    [{ webhook: "http://a/" }, { service: "sns", webhook: "http://a/" }],
    `target 2: "service" must be one of`,
  ],
  [[{ arn: 5, webhook: "http://a/" }], `"arn" must be`],
  [[{ webhook: "ftp://a/" }], `"webhook" must be an address`],
  [[{ webhook: "http://a/", headers: { "a b": "c" } }], `"headers" must be`],
  [[{ webhook: "http://a/", headers: { a: "b\r\nc: d" } }], `"headers" must be`],
  [[{ endpoint: "http://a/path" }], `"endpoint" must be an address without a path`],
  [[{ endpoint: "http://a", accessKeyId: "k" }], "it needs both keys or none"],
  [[{ endpoint: "http://a", headers: {} }], `"headers" has no meaning beside "endpoint"`],
  [[{ command: "/bin/rm -rf /" }], `"command" must be an array`],
  [[{ command: ["rm"] }], `"command" must be an array`],
  [[{ command: ["/bin/rm", 5] }], `"command" must be an array`],
  [[{ command: ["/bin/rm"], timeoutSeconds: 61 }], `"timeoutSeconds" must be a number up to 60`],
])("%j is refused", (targets, problem) => {
  expect(parseActionTargets(JSON.stringify(targets))).toContain(problem);
});

test("what is no JSON is refused", () => {
  expect(parseActionTargets("{")).toEqual(expect.stringContaining("JSON"));
});
