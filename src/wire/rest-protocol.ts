// restJson1: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
import { errorJson } from "./error-encoding.ts";
import { compileInput } from "./input-compiler.ts";
import { parseJsonObject } from "./json-body.ts";
import { compileJsonEncoder } from "./json-encoder.ts";
import type { JsonEncoder } from "./json-encoder.ts";
import { memoize } from "./memoize.ts";
import type { Protocol, Values } from "./protocol.ts";
import type { WireResponse } from "./request.ts";
import { readBindings } from "./rest-bindings.ts";
import type { Member, Operation, ServiceModel, StructureShape } from "./shapes.ts";
import { brokenConstraints, createValidator } from "./validate.ts";

export function createRestProtocol(service: ServiceModel): Protocol {
  const bodyOf = memoize(bodyStructure);
  const decoderOf = memoize((structure) => compileInput(bodyOf(structure), { json: true, jsonNames: true }));
  const encoderOf = memoize((structure) => compileJsonEncoder(bodyOf(structure), true));
  const validate = createValidator(service);
  return {
    name: "restJson1",
    decode(operation, request, body) {
      const { input } = operation;
      const inBody = bodyOf(input);
      const payload = input.members.find((member) => member.http?.in === "payload");
      if (payload === undefined && inBody === input) {
        const { value, broken } = decoderOf(input)(parseJsonObject(body));
        if (broken > 0) throw brokenConstraints(service, input, value);
        return value;
      }
      const values = readBindings(operation, request);
      if (payload !== undefined) values[payload.name] = readPayload(payload, body, decoderOf);
      else if (inBody.members.length > 0)
        Object.assign(values, decoderOf(input)(parseJsonObject(body)).value);
      validate(input, values);
      return values;
    },
    encode: (operation, output) => encodeOutput(operation, output, encoderOf),
    encodeError(failure) {
      const headers = { "content-type": jsonType, "x-amzn-errortype": failure.name };
      return { status: failure.restStatus, headers, body: errorJson(failure, encoderOf) };
    },
  };
}

const jsonType = "application/json";

/** The part of a structure that stands in the body; the structure itself when that is all of it. */
function bodyStructure(structure: StructureShape): StructureShape {
  const members = structure.members.filter((member) => member.http === undefined);
  return members.length === structure.members.length ? structure : { ...structure, members };
}

/** A payload is the whole body: bytes, text, or the JSON of one structure. */
function readPayload(
  payload: Member,
  body: Uint8Array,
  decoderOf: (structure: StructureShape) => (value: unknown) => { readonly value: Values },
): unknown {
  const { shape } = payload;
  if (shape.kind === "structure" || shape.kind === "union") {
    return body.length === 0 ? undefined : decoderOf(shape)(parseJsonObject(body)).value;
  }
  return shape.kind === "string" ? Buffer.from(body).toString() : body;
}

function encodeOutput(
  operation: Operation,
  output: Values,
  encoderOf: (structure: StructureShape) => JsonEncoder,
): WireResponse {
  const structure = operation.output;
  const headers: Record<string, string> = {};
  let status = operation.http?.status ?? 200;
  let payload: Member | undefined;
  for (const member of structure.members) {
    const value = output[member.name];
    if (member.http?.in === "payload") payload = member;
    else if (value === undefined || value === null) continue;
    else if (member.http?.in === "status") status = Number(value);
    else if (member.http?.in === "header") headers[member.http.name] = headerText(value);
  }
  if (payload !== undefined)
    return { status, ...encodePayload(payload, output[payload.name], headers, encoderOf) };
  if (structure.name === "Unit") return { status, headers, body: "" };
  return { status, headers: { "content-type": jsonType, ...headers }, body: encoderOf(structure)(output) };
}

function encodePayload(
  payload: Member,
  value: unknown,
  headers: Readonly<Record<string, string>>,
  encoderOf: (structure: StructureShape) => JsonEncoder,
): Omit<WireResponse, "status"> {
  if (value === undefined || value === null) return { headers, body: "" };
  if (value instanceof Uint8Array) {
    return { headers: { "content-type": "application/octet-stream", ...headers }, body: value };
  }
  const { shape } = payload;
  if (shape.kind === "structure" || shape.kind === "union") {
    return { headers: { "content-type": jsonType, ...headers }, body: encoderOf(shape)(value) };
  }
  return { headers: { "content-type": "text/plain; charset=utf-8", ...headers }, body: value as string };
}

function headerText(value: unknown): string {
  if (value instanceof Date) return value.toUTCString();
  return Array.isArray(value) ? value.join(", ") : String(value);
}
