// The CloudWatch agent's port for the embedded metric format: documents by line over TCP, by datagram over
// UDP.
import { readEmbeddedDocument, type EmbeddedDocument } from "../../core/logs/embedded-document.ts";
import { lineFraming } from "../../core/logs/framing.ts";
import { listenForLogs, type LogListener, type LogListenerOptions } from "./log-listener.ts";

export interface EmbeddedMetricsOptions extends Omit<
  LogListenerOptions<EmbeddedDocument>,
  "framing" | "textsOf" | "read"
> {
  /** For documents that name no stream. */
  readonly defaultStream: string;
}

/** Port 25888 by convention. Rejects when one of the two ports cannot be had. */
export function listenEmbeddedMetrics({
  defaultStream,
  ...options
}: EmbeddedMetricsOptions): Promise<LogListener> {
  return listenForLogs({
    ...options,
    framing: lineFraming,
    textsOf: (datagram) => datagram.split("\n"),
    read: (text, _sender, now) => readEmbeddedDocument(text, defaultStream, now),
  });
}
