// What network interfaces carried between two readings of /proc/net/dev.
import { increases, type HostDatum } from "./datum.ts";

const metrics = {
  bytesReceived: ["net_bytes_recv", "Bytes"],
  bytesSent: ["net_bytes_sent", "Bytes"],
  packetsReceived: ["net_packets_recv", "Count"],
  packetsSent: ["net_packets_sent", "Count"],
  errorsIn: ["net_err_in", "Count"],
  errorsOut: ["net_err_out", "Count"],
  droppedIn: ["net_drop_in", "Count"],
  droppedOut: ["net_drop_out", "Count"],
} as const;

type InterfaceCounters = Readonly<Record<keyof typeof metrics, number>>;

export type NetworkReading = ReadonlyMap<string, InterfaceCounters>;

/** Interfaces that never carried anything are left out. */
export function parseNetwork(dev: string): NetworkReading {
  const reading = new Map<string, InterfaceCounters>();
  for (const [, name = "", columns = ""] of dev.matchAll(/^\s*([^\s:|]+):\s*(.*)$/gm)) {
    const numbers = columns.split(/\s+/).map(Number);
    const [bytesReceived = 0, packetsReceived = 0, errorsIn = 0, droppedIn = 0] = numbers;
    const [bytesSent = 0, packetsSent = 0, errorsOut = 0, droppedOut = 0] = numbers.slice(8);
    if (packetsReceived + packetsSent === 0) continue;
    reading.set(name, {
      bytesReceived,
      bytesSent,
      packetsReceived,
      packetsSent,
      errorsIn,
      errorsOut,
      droppedIn,
      droppedOut,
    });
  }
  return reading;
}

export function networkMetrics(before: NetworkReading, after: NetworkReading): readonly HostDatum[] {
  return increases(before, after, metrics, "interface");
}
