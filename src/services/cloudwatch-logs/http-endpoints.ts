// The HTTP endpoints that take log events as OTLP, collector events, lines of JSON, or structured JSON.
import type { Clock } from "../../core/clock.ts";
import type { InputLogEvent } from "../../core/logs/log-batch.ts";
import {
  readCollectorEvents,
  readLines,
  readStructured,
  type ReadEvents,
} from "../../core/logs/ingestion/json-events.ts";
import type { Endpoint, Exchange } from "../../wire/endpoints.ts";
import { serializationError } from "../../wire/errors.ts";
import { jsonAnswer, requireType, statusOf } from "../../wire/plain-http.ts";
import type { WireRequest } from "../../wire/request.ts";
import {
  errorText,
  invalidRequest,
  putLogEventsInput,
  requirePlace,
  type Place,
} from "./ingestion-requests.ts";
import { otlpExchange } from "./otlp-endpoint.ts";

const json = "application/json";

/**
 * The group and the stream must be there, as for PutLogEvents, whose limits hold here too.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_HTTP_Endpoints.html
 */
export function httpEndpoints(clock: Pick<Clock, "now">): readonly Endpoint[] {
  const endpoint = (path: string, exchange: Endpoint["exchange"]) => ({
    path,
    operation: "PutLogEvents",
    exchange,
  });
  const jsonExchange =
    (types: readonly string[], readEvents: ReadEvents, about = noEntity) =>
    (request: WireRequest) =>
      createJsonExchange(request, types, about, (text) => {
        const { events, isNoJson } = readEvents(text, clock.now());
        if (isNoJson) throw serializationError("The request body is not valid JSON.");
        return events;
      });
  return [
    endpoint("/v1/logs", (request) => otlpExchange(request, clock)),
    endpoint("/services/collector/event", jsonExchange([json], readCollectorEvents, entityOf)),
    endpoint("/ingest/bulk", jsonExchange([json, "application/x-ndjson"], readLines)),
    endpoint("/ingest/json", jsonExchange([json], readStructured)),
  ];
}

function createJsonExchange(
  request: WireRequest,
  types: readonly string[],
  about: typeof entityOf,
  eventsOf: (text: string) => readonly InputLogEvent[],
): Exchange {
  return {
    read(body, validate) {
      requireType(request, types);
      const where = { ...placeOf(request), ...about(queryOf(request)) };
      return putLogEventsInput(where, eventsOf(textOf(body)), validate);
    },
    answer: () => jsonAnswer(200, "{}"),
    refuse: (failure) => jsonAnswer(statusOf(failure), errorText(failure)),
  };
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function textOf(body: Uint8Array): string {
  try {
    return decoder.decode(body);
  } catch (error) {
    throw serializationError("The request body is not valid UTF-8.", error);
  }
}

const queryOf = ({ url }: WireRequest) => new URLSearchParams(url.split("?", 2)[1] ?? "");

/**
 * What collector events are about: a service, as its name and environment tell.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_HLC_Endpoint.html
 */
function entityOf(query: URLSearchParams): Pick<Place, "entity"> {
  const [name, environment] = [query.get("entityName"), query.get("entityEnvironment")];
  if (name === null && environment === null) return {};
  const keyAttributes = {
    Type: "Service",
    ...(name === null ? {} : { Name: name }),
    ...(environment === null ? {} : { Environment: environment }),
  };
  return { entity: { keyAttributes } };
}

const noEntity: typeof entityOf = () => ({});

/** Of the headers or the query string. @throws WireError 400 */
function placeOf(request: WireRequest): Place {
  const query = queryOf(request);
  const one = (header: string, parameter: string): string => {
    const [inHeader, inQuery] = [request.headers[header], query.get(parameter)];
    if (inHeader !== undefined && inQuery !== null) {
      throw invalidRequest(`${header} and the query parameter ${parameter} cannot be used together.`);
    }
    return requirePlace(inHeader ?? inQuery ?? undefined, `${header} or ${parameter}`);
  };
  return {
    logGroupName: one("x-aws-log-group", "logGroup"),
    logStreamName: one("x-aws-log-stream", "logStream"),
  };
}
