// The page that a browser gets at the server's address: what this is, and how to point a client at it.

export interface StatusPage {
  readonly version: string;
  readonly endpoint: string;
  readonly region: string;
  /**
   * Under `iam` the page is for anybody who reaches the port: it says how to sign, and nothing of the data.
   */
  readonly auth: "off" | "iam";
  /** What is stored, by signal: `["log events", 12]`; undefined when it cannot be counted now. */
  readonly counts: readonly (readonly [signal: string, count: number | undefined])[];
}

/** A whole page in one text: it loads nothing from anywhere. */
export function renderStatusPage({ version, endpoint, region, auth, counts }: StatusPage): string {
  const address = escapeHtml(endpoint);
  const rows = counts
    .map(([signal, count]) => `<tr><td>${escapeHtml(signal)}</td><td>${count ?? "unknown"}</td></tr>`)
    .join("");
  const stored =
    auth === "off" ? `<h2>Stored, in all accounts and regions</h2>\n<table>${rows}</table>\n` : "";
  const [keyId, secret] = auth === "off" ? ["any", "any"] : ["YOUR_KEY", "YOUR_SECRET"];
  const commands = [
    `export AWS_ACCESS_KEY_ID=${keyId} AWS_SECRET_ACCESS_KEY=${secret}`,
    `export AWS_DEFAULT_REGION=${escapeHtml(region)}`,
    `alias gw='aws --endpoint-url ${address}'`,
    "gw logs tail /groundwatch/server",
    "gw cloudwatch list-metrics --namespace CWAgent",
    "gw cloudtrail lookup-events --max-items 5",
  ].join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Groundwatch</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
  pre { padding: 1rem; overflow: auto; border: 1px solid #8886; border-radius: 6px; }
  td { padding: .2rem 2rem .2rem 0; } td + td { text-align: right; font-variant-numeric: tabular-nums; }
</style>
<h1>Groundwatch ${escapeHtml(version)}</h1>
<p>CloudWatch, CloudWatch Logs, EventBridge, X-Ray, CloudTrail, SNS and SQS answer at
<code>${address}</code>, which is the endpoint of each of them.</p>
${stored}<h2>Point a client at it</h2>
<pre>${commands}</pre>
<p>AWS SDKs take <code>${address}</code> as their <code>endpoint</code>,
or from <code>AWS_ENDPOINT_URL</code>.</p>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
