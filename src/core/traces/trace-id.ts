// Trace ids: X-Ray's own form and the W3C form, which is the same number without its dashes.

const xrayForm = /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i;
const w3cForm = /^[0-9a-f]{32}$/i;

/**
 * The id in X-Ray's form, in lower case; undefined for anything that is no trace id. The time in it is not
 * required nor checked, because W3C ids are random:
 * https://docs.aws.amazon.com/xray/latest/api/API_PutTraceSegments.html
 */
export function normalTraceId(text: string): string | undefined {
  if (xrayForm.test(text)) return text.toLowerCase();
  if (!w3cForm.test(text)) return undefined;
  const digits = text.toLowerCase();
  return `1-${digits.slice(0, 8)}-${digits.slice(8)}`;
}
