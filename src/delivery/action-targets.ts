// Where the actions of alarms go, as the file of `--action-targets` says it.
import { isAbsolute } from "node:path";
import { actionTargetOf, type ActionService } from "../core/alarms/actions/action-arn.ts";
import type { ServiceEndpoint } from "./service-endpoints.ts";

export type ActionWay =
  /** A service of AWS, or something that speaks its protocol. */
  | { readonly kind: "endpoint"; readonly endpoint: ServiceEndpoint }
  /** An address that gets the alarm's event as JSON. */
  | { readonly kind: "webhook"; readonly url: string; readonly headers: Readonly<Record<string, string>> }
  /** A program on this machine that gets the event on its standard input. */
  | { readonly kind: "command"; readonly words: readonly [string, ...string[]]; readonly timeoutMs: number };

export type FindActionWay = (actionArn: string) => ActionWay | undefined;

interface ActionRoute {
  readonly service: string;
  readonly arn: RegExp;
  readonly way: ActionWay;
}

const services: readonly ActionService[] = ["lambda", "ec2", "autoscaling", "ssm", "ssm-incidents", "aiops"];
const maximumEntries = 1_000;
const timeoutSeconds = { default: 30, maximum: 60 } as const;
/** For services that take any key. */
const anyKey = "groundwatch";

/**
 * A JSON array; the first entry that matches an action's ARN is its way. An entry has a `service` or `*`
 * (which it is without one), an `arn` in which `*` stands for any text, and one of `endpoint`, `webhook` and
 * `command`.
 * @returns what is wrong with another text.
 */
export function parseActionTargets(json: string): FindActionWay | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (!Array.isArray(parsed)) return "it must be a JSON array of targets";
  if (parsed.length > maximumEntries) return `it has more than ${maximumEntries} targets`;
  const routes: ActionRoute[] = [];
  for (const [index, given] of parsed.entries()) {
    const route = routeOf(given);
    if (typeof route === "string") return `target ${index + 1}: ${route}`;
    routes.push(route);
  }
  return (actionArn) => {
    const service = actionTargetOf(actionArn)?.service;
    const isMeant = (route: ActionRoute) => route.service === "*" || route.service === service;
    return routes.find((route) => isMeant(route) && route.arn.test(actionArn))?.way;
  };
}

const ways = ["endpoint", "webhook", "command"] as const;
const extras: Readonly<Record<(typeof ways)[number], readonly string[]>> = {
  endpoint: ["accessKeyId", "secretAccessKey"],
  webhook: ["headers"],
  command: ["timeoutSeconds"],
};

function routeOf(given: unknown): ActionRoute | string {
  if (!isObject(given)) return "it must be a JSON object";
  const { service = "*", arn = "*" } = given;
  const names = ways.filter((way) => given[way] !== undefined);
  const [name] = names;
  if (name === undefined || names.length > 1) return `it needs one of ${ways.join(", ")}`;
  const allowed = new Set<string>(["service", "arn", name, ...extras[name]]);
  const unknown = Object.keys(given).find((key) => !allowed.has(key));
  if (unknown !== undefined) return `"${unknown}" has no meaning beside "${name}"`;
  if (typeof service !== "string" || !["*", ...services].includes(service)) {
    return `"service" must be one of *, ${services.join(", ")}`;
  }
  if (typeof arn !== "string" || arn === "") return `"arn" must be an ARN in which * stands for any text`;
  const way = readers[name](given);
  return typeof way === "string" ? way : { service, arn: patternOf(arn), way };
}

type Given = Readonly<Record<string, unknown>>;

const readers: Readonly<Record<(typeof ways)[number], (given: Given) => ActionWay | string>> = {
  endpoint(given) {
    const { endpoint: url, accessKeyId = anyKey, secretAccessKey = anyKey } = given;
    if (typeof url !== "string" || !/^https?:\/\/[^/]+\/?$/.test(url) || !URL.canParse(url)) {
      return `"endpoint" must be an address without a path`;
    }
    if ("accessKeyId" in given !== "secretAccessKey" in given) return "it needs both keys or none";
    if (typeof accessKeyId !== "string" || typeof secretAccessKey !== "string") {
      return `"accessKeyId" and "secretAccessKey" must be texts`;
    }
    return { kind: "endpoint", endpoint: { url: url.replace(/\/$/, ""), accessKeyId, secretAccessKey } };
  },
  webhook({ webhook: url, headers = {} }) {
    if (typeof url !== "string" || !/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
      return `"webhook" must be an address`;
    }
    if (!isTexts(headers) || !Object.entries(headers).every(isHeader)) {
      return `"headers" must be an object of names and texts`;
    }
    return { kind: "webhook", url, headers };
  },
  command({ command, timeoutSeconds: seconds = timeoutSeconds.default }) {
    const words: readonly unknown[] = Array.isArray(command) ? command : [];
    const [program, ...rest] = words;
    if (
      typeof program !== "string" ||
      !isAbsolute(program) ||
      !rest.every((word) => typeof word === "string")
    ) {
      return `"command" must be an array: the whole path of a program, and its arguments`;
    }
    if (typeof seconds !== "number" || !(seconds > 0 && seconds <= timeoutSeconds.maximum)) {
      return `"timeoutSeconds" must be a number up to ${timeoutSeconds.maximum}`;
    }
    return { kind: "command", words: [program, ...rest], timeoutMs: seconds * 1_000 };
  },
};

function patternOf(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`);
}

function isHeader([name, value]: readonly [string, string]): boolean {
  return /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && /^[\t\x20-\x7e]*$/.test(value);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every((text) => typeof text === "string");
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
