// The types of operation handlers, derived from an SDK package's command classes: nothing is declared twice.
import type { CallContext } from "./request.ts";

type CommandOf<Sdk, Name extends string> = `${Name}Command` extends keyof Sdk ? Sdk[`${Name}Command`] : never;

/**
 * The operations of an SDK package: `typeof import("@aws-sdk/client-xray")` gives `"PutTraceSegments" |
 * ...`.
 */
export type OperationNames<Sdk> = {
  [Key in keyof Sdk]: Key extends `${infer Name}Command` ? (Name extends "$" | "" ? never : Name) : never;
}[keyof Sdk];

type Instance<Command> = Command extends abstract new (...args: never[]) => infer Made ? Made : never;

/**
 * A member that the schema requires is never undefined once validation has passed; optional ones may be
 * absent.
 */
type Decoded<Type> = Type extends Date | Uint8Array
  ? Type
  : Type extends readonly (infer Item)[]
    ? Decoded<Item>[]
    : Type extends object
      ? { [Key in keyof Type]: undefined extends Type[Key] ? RequiredMember<Type, Key> : Decoded<Type[Key]> }
      : Type;

/** The SDK writes required members as `name: T | undefined` and optional ones as `name?: T | undefined`. */
type RequiredMember<Type, Key extends keyof Type> =
  Record<string, never> extends Pick<Type, Key>
    ? Decoded<Exclude<Type[Key], undefined>> | undefined
    : Decoded<Exclude<Type[Key], undefined>>;

export type InputOf<Sdk, Name extends string> =
  Instance<CommandOf<Sdk, Name>> extends { input: infer Input } ? Decoded<Input> : never;

export type OutputOf<Sdk, Name extends string> =
  Instance<CommandOf<Sdk, Name>> extends {
    resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer Output }>;
  }
    ? Answer<Omit<Output, "$metadata">>
    : never;

/** Clients see bytes that are a whole body as a class of the SDK's; a handler answers plain bytes. */
type Answer<Output> = {
  [Key in keyof Output]: Output[Key] extends Uint8Array | undefined
    ? Uint8Array | Extract<Output[Key], undefined>
    : Output[Key];
};

export type Handler<Sdk, Name extends string, Context = CallContext> = (
  input: InputOf<Sdk, Name>,
  context: Context,
) => OutputOf<Sdk, Name> | Promise<OutputOf<Sdk, Name>>;

/** Handlers by operation; a misspelt operation does not compile, a missing one answers 501. */
export type Handlers<Sdk, Context = CallContext> = {
  readonly [Name in OperationNames<Sdk> & string]?: Handler<Sdk, Name, Context>;
};
