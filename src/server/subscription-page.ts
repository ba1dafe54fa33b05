// The pages behind links in e-mail: they ask before anything happens, because mail filters open links too.
import type { WireRequest, WireResponse } from "../wire/request.ts";
import { escapeHtml } from "./status-page.ts";

interface Question {
  /** Of SNS. */
  readonly action: string;
  /** What the link says and the action takes. */
  readonly fields: readonly string[];
  readonly title: string;
  readonly button: string;
  /** The field that tells people what it is about. */
  readonly about: string;
}

/** By path. `delivery/notification-document.ts` writes these links. */
const questions: Readonly<Record<string, Question>> = {
  "/_groundwatch/confirm-subscription": {
    action: "ConfirmSubscription",
    fields: ["TopicArn", "Token"],
    title: "Messages of this topic will be sent to you:",
    button: "Confirm",
    about: "TopicArn",
  },
  "/_groundwatch/unsubscribe": {
    action: "Unsubscribe",
    fields: ["SubscriptionArn"],
    title: "No more messages will be sent for this subscription:",
    button: "Unsubscribe",
    about: "SubscriptionArn",
  },
};

export const subscriptionPagePaths = Object.keys(questions);

/** The page does nothing by itself: its button asks the API, which needs no signature for this. */
export function answerSubscriptionPage({ url }: WireRequest, now: number): WireResponse {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const question = questions[pathname];
  if (question === undefined) throw new Error(`no page is at ${pathname}`);
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      date: new Date(now).toUTCString(),
    },
    body: render(question, searchParams),
  };
}

function render({ action, fields, title, button, about }: Question, given: URLSearchParams): string {
  const inputs = [["Action", action], ...fields.map((name) => [name, given.get(name) ?? ""])]
    .map(([name = "", value = ""]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`)
    .join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${button}</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
  code { overflow-wrap: anywhere; }
  button { font: inherit; padding: .4rem 1.2rem; }
</style>
<p>${title}</p>
<p><code>${escapeHtml(given.get(about) ?? "")}</code></p>
<form method="get" action="/">
${inputs}
<button>${button}</button>
</form>
</html>
`;
}
