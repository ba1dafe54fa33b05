// Receipt handles: which delivery of which message, as opaque text.
import { ReceiptHandleIsInvalid } from "@aws-sdk/client-sqs";
import type { Queue, Receipt } from "../../storage/queues.ts";
import { modelled } from "../../wire/service.ts";

export function receiptHandleOf({ queueNumber, key, receives }: Receipt): string {
  return Buffer.from(`1:${queueNumber}:${receives}:${key}`).toString("base64");
}

/** @throws ReceiptHandleIsInvalid for text that is no handle, or one of another queue. */
export function receiptOf(handle: string, queue: Queue): Receipt {
  const text = Buffer.from(handle, "base64").toString();
  const [, number, receives, key] = /^1:(\d{1,15}):(\d{1,9}):([\da-f-]{16,40})$/.exec(text) ?? [];
  if (key === undefined || Number(number) !== queue.number) {
    const message = `The input receipt handle "${handle.slice(0, 1_024)}" is not a valid receipt handle.`;
    throw modelled(ReceiptHandleIsInvalid, message);
  }
  return { queueNumber: queue.number, key, receives: Number(receives) };
}
