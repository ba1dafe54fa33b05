// The intermediate representation of AWS service models that every protocol works on.

import type { MissingParameter } from "./service-facts.ts";

export type TimestampFormat = "epoch-seconds" | "date-time" | "http-date";

/** Constraints of a member, from the service's `limits` data; absent means not checked. */
export interface Constraint {
  /** Length of a string in characters, of a blob in bytes, or item count of a list or map. */
  readonly length?: readonly [minimum: number, maximum: number];
  readonly range?: readonly [minimum: number, maximum: number];
  /** Must match the whole string. */
  readonly pattern?: string;
  readonly values?: readonly string[];
  /** Tells doubles from integers, which the SDK's schemas do not. */
  readonly number?: "integer" | "long" | "double" | "float";
  /** The same for the items of a list or the values of a map. */
  readonly items?: Constraint;
  /** The same for the keys of a map. */
  readonly keys?: Constraint;
}

export type Shape =
  | { readonly kind: "string" | "number" | "boolean" | "blob" | "document" }
  | { readonly kind: "timestamp"; readonly format?: TimestampFormat }
  | { readonly kind: "list"; readonly item: Member; readonly sparse: boolean }
  | { readonly kind: "map"; readonly key: Member; readonly value: Member; readonly sparse: boolean }
  | StructureShape;

export interface StructureShape {
  readonly kind: "structure" | "union";
  readonly name: string;
  readonly members: readonly Member[];
  /** Set for a union whose members are the events of a stream. */
  readonly streaming: boolean;
}

/** A member of a structure, the item of a list, or the key or value of a map, with its names per protocol. */
export interface Member {
  readonly name: string;
  /** Lazy, because shapes may contain themselves. */
  readonly shape: Shape;
  readonly required: boolean;
  readonly jsonName: string;
  readonly xmlName: string | undefined;
  readonly flattened: boolean;
  readonly sensitive: boolean;
  readonly idempotencyToken: boolean;
  readonly http: HttpBinding | undefined;
  readonly timestampFormat: TimestampFormat | undefined;
  readonly constraint: Constraint | undefined;
}

export type HttpBinding =
  | { readonly in: "label"; readonly greedy: boolean }
  | { readonly in: "query" | "header"; readonly name: string }
  | { readonly in: "payload" | "status" };

export interface ErrorShape {
  readonly name: string;
  readonly structure: StructureShape;
  readonly status: number;
  readonly fault: "client" | "server";
  /** The code and status under awsQuery; the name and 400 unless the model says otherwise. */
  readonly queryCode: string;
  readonly queryStatus: number;
  /** `message` or `Message`. */
  readonly messageMember: string;
}

export interface Operation {
  readonly name: string;
  readonly input: StructureShape;
  readonly output: StructureShape;
  readonly http: { readonly method: string; readonly path: string; readonly status: number } | undefined;
}

export type ProtocolName = "awsJson1.0" | "awsJson1.1" | "restJson1" | "awsQuery" | "rpcv2Cbor";

/** A service as the SDK package describes it. */
export interface ServiceModel {
  /** The SDK package's suffix: `cloudwatch-logs`. */
  readonly name: string;
  /** The name in the credential scope: `logs`. */
  readonly signingName: string;
  /** What stands before the dot in X-Amz-Target: `Logs_20140328`. */
  readonly target: string;
  /** awsQuery's Version: `2010-08-01`. */
  readonly version: string;
  readonly xmlNamespace: string;
  /** Namespace in front of error names where the service sends it: `com.amazonaws.cloudwatch`. */
  readonly errorNamespace: string | undefined;
  readonly queryCompatible: boolean;
  /** The error that a broken constraint answers, by its name under JSON: `InvalidParameterException`. */
  readonly validationError: string;
  /** Where a missing parameter is something else. */
  readonly missingParameter: MissingParameter | undefined;
  /** The member that an awsQuery request may give as its path instead. */
  readonly pathMember: string | undefined;
  readonly protocols: readonly ProtocolName[];
  readonly operations: ReadonlyMap<string, Operation>;
  readonly errors: ReadonlyMap<string, ErrorShape>;
}
