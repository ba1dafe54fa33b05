// Where the services of AWS are that this server delivers to, as the file of `--service-endpoints` says it.

/** A service, or something that speaks its protocol. */
export interface ServiceEndpoint {
  /** Without a path. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const deliveryServices = ["kinesis", "firehose", "lambda", "es"] as const;

export type DeliveryService = (typeof deliveryServices)[number];

export type ServiceEndpoints = Readonly<Partial<Record<DeliveryService, ServiceEndpoint>>>;

/** For services that take any key. */
const anyKey = { accessKeyId: "groundwatch", secretAccessKey: "groundwatch" };

/**
 * `{"kinesis": {"url": "http://host:4566", "accessKeyId": "...", "secretAccessKey": "..."}}`; the keys may be
 * left out, and an address may stand alone.
 * @returns what is wrong with another text.
 */
export function parseServiceEndpoints(json: string): ServiceEndpoints | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (!isObject(parsed)) return "it must be a JSON object by the names of services";
  const endpoints: Partial<Record<DeliveryService, ServiceEndpoint>> = {};
  for (const [name, given] of Object.entries(parsed)) {
    const service = deliveryServices.find((known) => known === name);
    if (service === undefined) return `${name} is none of ${deliveryServices.join(", ")}`;
    const endpoint = endpointOf(typeof given === "string" ? { url: given } : given);
    if (endpoint === undefined) return `${name} needs a "url" without a path, and both keys or none`;
    endpoints[service] = endpoint;
  }
  return endpoints;
}

function endpointOf(given: unknown): ServiceEndpoint | undefined {
  if (!isObject(given)) return undefined;
  const { url, accessKeyId, secretAccessKey, ...others } = given;
  if (typeof url !== "string" || !/^https?:\/\/[^/]+\/?$/.test(url)) return undefined;
  if (Object.keys(others).length > 0) return undefined;
  const address = url.replace(/\/$/, "");
  if (accessKeyId === undefined && secretAccessKey === undefined) return { url: address, ...anyKey };
  if (typeof accessKeyId !== "string" || typeof secretAccessKey !== "string") return undefined;
  return { url: address, accessKeyId, secretAccessKey };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
