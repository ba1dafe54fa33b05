// What a DeliveryPolicy says of the requests themselves: their content type, and how many there may be.

interface RequestPolicy {
  readonly headerContentType?: unknown;
}

interface DeliveryPolicy {
  readonly throttlePolicy?: unknown;
  readonly requestPolicy?: RequestPolicy;
  readonly http?: { readonly defaultThrottlePolicy?: unknown; readonly defaultRequestPolicy?: RequestPolicy };
}

const usualContentType = "text/plain; charset=UTF-8";

/** https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html#creating-delivery-policy */
const contentTypes: readonly string[] = [
  usualContentType,
  "text/plain",
  "text/css",
  "text/csv",
  "text/html",
  "text/xml",
  "application/atom+xml",
  "application/json",
  "application/octet-stream",
  "application/soap+xml",
  "application/x-www-form-urlencoded",
  "application/xhtml+xml",
  "application/xml",
];

/** Of a subscription or a topic; one that is not known counts as none. */
export function contentTypeOf(deliveryPolicy: string | undefined): string {
  const { requestPolicy, http } = parse(deliveryPolicy);
  const type = (requestPolicy ?? http?.defaultRequestPolicy)?.headerContentType;
  return typeof type === "string" && contentTypes.includes(type) ? type : usualContentType;
}

/** @returns what is wrong with the content type that a policy asks for. */
export function problemOfContentType(deliveryPolicy: string): string | undefined {
  const { requestPolicy, http } = parse(deliveryPolicy);
  const type = (requestPolicy ?? http?.defaultRequestPolicy)?.headerContentType;
  if (type === undefined || contentTypes.some((known) => known === type)) return undefined;
  return `headerContentType must be one of ${contentTypes.join(", ")}`;
}

/** Whether a policy bounds the rate of requests. */
export function throttles(deliveryPolicy: string | undefined): boolean {
  const { throttlePolicy, http } = parse(deliveryPolicy);
  return Boolean(throttlePolicy ?? http?.defaultThrottlePolicy);
}

function parse(deliveryPolicy: string | undefined): DeliveryPolicy {
  try {
    const parsed: unknown = JSON.parse(deliveryPolicy ?? "{}");
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {}; // problemOfRetryPolicy says that it is no JSON
  }
}
