// Where the records of delivery streams go, as the file of `--stream-targets` says it.

/** An HTTP endpoint that takes what Firehose sends, or a bucket of the data folder. */
export type FirehoseTarget =
  | {
      readonly kind: "http";
      readonly url: string;
      readonly accessKey?: string;
      readonly commonAttributes?: Readonly<Record<string, string>>;
      readonly isCompressed: boolean;
    }
  | { readonly kind: "bucket"; readonly bucket: string; readonly prefix: string };

export type FirehoseTargets = ReadonlyMap<string, FirehoseTarget>;

export interface TargetsProblem {
  readonly problem: string;
}

/** A JSON object by the ARNs of delivery streams, or what is wrong with it. */
export function parseFirehoseTargets(json: string): FirehoseTargets | TargetsProblem {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  if (!isObject(parsed)) return { problem: "it must be a JSON object by the ARNs of delivery streams" };
  const targets = new Map<string, FirehoseTarget>();
  for (const [arn, given] of Object.entries(parsed)) {
    if (!/^arn:[\w-]+:firehose:[\w-]+:\d{12}:deliverystream\/[\w.-]+$/.test(arn)) {
      return { problem: `${arn} is not the ARN of a delivery stream` };
    }
    const target = isObject(given) ? targetOf(given) : undefined;
    if (target === undefined) {
      return { problem: `${arn} needs a "url", or a "bucket", and only members that are known` };
    }
    targets.set(arn, target);
  }
  return targets;
}

/** Where the records of a delivery stream go that the file does not name. */
export function defaultTarget(arn: string): FirehoseTarget {
  const [, , , region = "", account = "", name = ""] = arn.split(":");
  const prefix = `${account}/${region}/${name.slice(name.indexOf("/") + 1)}/`;
  return { kind: "bucket", bucket: "firehose", prefix };
}

function targetOf(given: Readonly<Record<string, unknown>>): FirehoseTarget | undefined {
  const { url, accessKey, commonAttributes, compression = "none", bucket, prefix = "", ...others } = given;
  if (Object.keys(others).length > 0) return undefined;
  if (typeof bucket === "string") {
    const isBucket = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket);
    return isBucket && url === undefined && typeof prefix === "string"
      ? { kind: "bucket", bucket, prefix }
      : undefined;
  }
  const isHttp = typeof url === "string" && /^https?:\/\/[^/]/.test(url);
  if (!isHttp || (compression !== "none" && compression !== "gzip")) return undefined;
  if (accessKey !== undefined && typeof accessKey !== "string") return undefined;
  if (commonAttributes !== undefined && !isTexts(commonAttributes)) return undefined;
  return {
    kind: "http",
    url,
    isCompressed: compression === "gzip",
    ...(accessKey === undefined ? {} : { accessKey }),
    ...(commonAttributes === undefined ? {} : { commonAttributes }),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  isObject(value) && Object.values(value).every((text) => typeof text === "string");
