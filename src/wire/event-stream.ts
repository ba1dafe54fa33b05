// Answers that are streams of events, such as StartLiveTail's: https://smithy.io/2.0/aws/amazon-eventstream.html
import { errorMembers } from "./error-encoding.ts";
import { failureOf } from "./errors.ts";
import { encodeFrame } from "./event-frame.ts";
import type { FrameHeaders } from "./event-frame.ts";
import type { Values } from "./protocol.ts";
import type { Member, ServiceModel, StructureShape } from "./shapes.ts";

export const eventStreamContentType = "application/vnd.amazon.eventstream";

/** How a protocol writes the structures that events carry. */
export interface EventCodec {
  /** Of payloads: `application/x-amz-json-1.1`. */
  readonly contentType: string;
  encode(structure: StructureShape, values: Values): Uint8Array | string;
}

/** The member of an output that is a stream of events, if it has one. */
export function eventStreamMember(output: StructureShape): Member | undefined {
  return output.members.find(({ shape }) => shape.kind === "union" && shape.streaming);
}

/**
 * The body of an answer whose output has a stream. The RPC protocols send the output's other members first,
 * as `initial-response`.
 *
 * Events are pulled as they are sent. When the source throws a modelled error that the stream may carry, it
 * is sent as an exception and the stream ends; anything else is sent as an error whose cause the client does
 * not learn, and rejects the next read, so that the server hears of it. Returning ends at once, even while
 * an event is awaited.
 */
export function encodeEventStream(
  service: ServiceModel,
  output: StructureShape,
  values: Values,
  codec: EventCodec,
): AsyncIterable<Uint8Array> {
  const stream = eventStreamMember(output);
  if (stream === undefined) throw new Error(`${output.name} has no stream of events`);
  const union = stream.shape as StructureShape;
  const { [stream.name]: events, ...others } = values;
  const plainOutput = { ...output, members: output.members.filter((member) => member !== stream) };
  const first = encodeFrame(
    eventHeaders("initial-response", codec.contentType),
    codec.encode(plainOutput, others),
  );
  const encoder = new EventEncoder(service, union, codec);
  return {
    [Symbol.asyncIterator]: () => {
      const source = (events as AsyncIterable<Values>)[Symbol.asyncIterator]();
      return new EventStreamBody(first, source, encoder);
    },
  };
}

function eventHeaders(name: string, contentType: string): FrameHeaders {
  return { ":event-type": name, ":message-type": "event", ":content-type": contentType };
}

class EventEncoder {
  readonly #service: ServiceModel;
  readonly #union: StructureShape;
  readonly #codec: EventCodec;

  constructor(service: ServiceModel, union: StructureShape, codec: EventCodec) {
    this.#service = service;
    this.#union = union;
    this.#codec = codec;
  }

  /** @throws Error for a value that is none of the union's. */
  event(value: Values): Uint8Array {
    const member = this.#union.members.find(({ name }) => value[name] !== undefined);
    if (member === undefined) throw new Error(`${this.#union.name} has no ${Object.keys(value).join(", ")}`);
    const structure = member.shape as StructureShape;
    const payload = this.#codec.encode(structure, value[member.name] as Values);
    return encodeFrame(eventHeaders(member.name, this.#codec.contentType), payload);
  }

  /** The last frame of a stream that failed, and whether the failure was one that the stream may carry. */
  failure(error: unknown): { readonly frame: Uint8Array; readonly expected: boolean } {
    const failure = failureOf(error, this.#service);
    const member = this.#union.members.find(({ shape }) => "name" in shape && shape.name === failure?.name);
    if (failure === undefined || member === undefined) {
      const headers = {
        ":message-type": "error",
        ":error-code": failure?.name ?? "InternalFailure",
        ":error-message": failure?.message ?? "The stream failed because of an error of the server.",
      };
      return { frame: encodeFrame(headers, ""), expected: failure !== undefined };
    }
    const headers = {
      ":exception-type": member.name,
      ":message-type": "exception",
      ":content-type": this.#codec.contentType,
    };
    const payload = this.#codec.encode(member.shape as StructureShape, errorMembers(failure));
    return { frame: encodeFrame(headers, payload), expected: true };
  }
}

type Result = IteratorResult<Uint8Array, undefined>;

const over: Result = { done: true, value: undefined };

/**
 * Written by hand because the `return` of an async generator waits for the `await` that it stands at, which
 * for a tail without events is for ever.
 */
class EventStreamBody implements AsyncIterator<Uint8Array, undefined> {
  readonly #source: AsyncIterator<Values>;
  readonly #encoder: EventEncoder;
  #first: Uint8Array | undefined;
  #ended = false;
  /** What the source threw and nobody expected; the next read rejects with it. */
  #unexpected: { readonly error: unknown } | undefined;
  #endWaiting: (() => void) | undefined;

  constructor(first: Uint8Array, source: AsyncIterator<Values>, encoder: EventEncoder) {
    this.#first = first;
    this.#source = source;
    this.#encoder = encoder;
  }

  async next(): Promise<Result> {
    const first = this.#first;
    if (first !== undefined && !this.#ended) {
      this.#first = undefined;
      return { value: first };
    }
    if (this.#unexpected !== undefined) {
      const { error } = this.#unexpected;
      this.#unexpected = undefined;
      throw error;
    }
    return this.#ended ? over : this.#nextEvent();
  }

  async return(): Promise<Result> {
    if (!this.#ended) {
      this.#ended = true;
      this.#endWaiting?.();
      this.#releaseSource();
    }
    return over;
  }

  /** Resolves when the source has an event or fails, or when the consumer returns. */
  #nextEvent(): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#endWaiting = () => resolve(over);
      this.#source
        .next()
        .then((event) => {
          if (!event.done) return { value: this.#encoder.event(event.value) };
          this.#ended = true;
          return over;
        })
        .catch((error: unknown) => this.#fail(error))
        .then(resolve, reject);
    });
  }

  #fail(error: unknown): Result {
    if (this.#ended) return over;
    this.#ended = true;
    this.#releaseSource();
    const { frame, expected } = this.#encoder.failure(error);
    if (!expected) this.#unexpected = { error };
    return { value: frame };
  }

  /** The source may be waiting for its own next event, so it is told and not waited for. */
  #releaseSource(): void {
    // How it ends concerns nobody any more.
    this.#source.return?.().catch(() => undefined);
  }
}
