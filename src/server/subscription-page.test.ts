// The pages that ask: nothing of a link becomes part of the page but as text.
import { expect, test } from "vitest";
import { answerSubscriptionPage } from "./subscription-page.ts";

const pageAt = (url: string) => {
  const request = { method: "GET", url, headers: {}, body: new Uint8Array(0), sourceAddress: "" };
  return answerSubscriptionPage(request, 0);
};

test("a button confirms with the topic and the token of the link", () => {
  const { status, body } = pageAt("/_groundwatch/confirm-subscription?TopicArn=arn:t&Token=abc&Extra=1");
  expect(status).toBe(200);
  expect(body).toContain('<form method="get" action="/">');
  const inputs = (body as string).match(/name="\w+" value="[^"]*"/g);
  expect(inputs).toEqual([
    'name="Action" value="ConfirmSubscription"',
    'name="TopicArn" value="arn:t"',
    'name="Token" value="abc"',
  ]);
});

test("what a link holds cannot become markup, and no other page can hold this one", () => {
  const { headers, body } = pageAt('/_groundwatch/unsubscribe?SubscriptionArn="><script>alert(1)</script>');
  expect(body).not.toContain("<script>");
  expect(body).toContain("&quot;&gt;&lt;script&gt;");
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
});
