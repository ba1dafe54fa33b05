// Turns SVG into PNG in a thread of its own, which is there while images are asked for.
import { Worker } from "node:worker_threads";
import { LimitExceededException, ValidationException } from "@aws-sdk/client-cloudwatch";
import { compiledFile } from "../../storage/compiled-file.ts";
import { modelled } from "../../wire/service.ts";
import type { PngAnswer } from "./png-worker.ts";

const renderLimits = {
  /** Images that are drawn or wait to be; they are drawn one after another. */
  waitingImages: 50,
  /** An image that is not done by then is too much. */
  imageMs: 30_000,
  /** The thread ends, and gives its memory back, when it was idle for so long. */
  idleMs: 60_000,
} as const;

interface Waiting {
  readonly svg: string;
  readonly resolve: (png: Uint8Array) => void;
  readonly reject: (reason: Error) => void;
}

/** Requests may come while the thread starts; one that ends, for whatever reason, is started again. */
export class PngRenderer {
  readonly #limits: Readonly<Record<keyof typeof renderLimits, number>>;
  readonly #waiting: Waiting[] = [];
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: Partial<Record<keyof typeof renderLimits, number>> = {}) {
    this.#limits = { ...renderLimits, ...limits };
  }

  render(svg: string): Promise<Uint8Array> {
    if (this.#waiting.length >= this.#limits.waitingImages) {
      return Promise.reject(
        modelled(LimitExceededException, "Too many images are being drawn; try again later."),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ svg, resolve, reject });
      if (this.#waiting.length === 1) this.#sendFirst();
    });
  }

  #sendFirst(): void {
    const [first] = this.#waiting;
    clearTimeout(this.#timer);
    if (first === undefined) {
      this.#timer = setTimeout(() => this.#end(), this.#limits.idleMs).unref();
      return;
    }
    const worker = (this.#worker ??= this.#start());
    worker.postMessage(first.svg, []);
    this.#timer = setTimeout(() => {
      this.#end();
      this.#settle(({ reject }) =>
        reject(modelled(ValidationException, "The image is too large to be drawn.")),
      );
    }, this.#limits.imageMs).unref();
  }

  #start(): Worker {
    const worker = new Worker(compiledFile(import.meta.url, "png-worker.js"));
    worker.unref();
    worker.on("message", (answer: PngAnswer) => {
      this.#settle(({ resolve, reject }) =>
        "png" in answer ? resolve(answer.png) : reject(new Error(answer.problem)),
      );
    });
    worker.on("error", (error: Error) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#settle(({ reject }) => reject(error));
    });
    return worker;
  }

  #end(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }

  #settle(how: (waiting: Waiting) => void): void {
    const first = this.#waiting.shift();
    if (first !== undefined) how(first);
    this.#sendFirst();
  }
}

const renderer = new PngRenderer();

/** @throws LimitExceededException, ValidationException for an image that takes too long */
export const renderPng = (svg: string): Promise<Uint8Array> => renderer.render(svg);
