// The port for syslog: RFC 5424 and RFC 3164 over TCP and UDP.
import { syslogFraming } from "../../core/logs/framing.ts";
import { syslogEvent, type SyslogEvent } from "../../core/logs/syslog/syslog-event.ts";
import { listenForLogs, type LogListener, type LogListenerOptions } from "./log-listener.ts";
import type { SendLogEvents } from "./log-sender.ts";

export interface SyslogOptions extends Omit<
  LogListenerOptions<SyslogEvent>,
  "framing" | "textsOf" | "read" | "store"
> {
  /** The log groups that want messages now. */
  readonly groups: () => Promise<readonly string[]>;
  readonly send: SendLogEvents;
}

/** Where messages go while no log group wants them. */
const defaultGroup = "/groundwatch/syslog";

/** Each sending host has a stream of its own. Rejects when one of the two ports cannot be had. */
export function listenSyslog({ groups, send, ...options }: SyslogOptions): Promise<LogListener> {
  return listenForLogs({
    ...options,
    framing: syslogFraming,
    textsOf: (datagram) => [datagram],
    read: syslogEvent,
    async store(events) {
      const configured = await groups();
      const wanted = configured.length === 0 ? [defaultGroup] : configured;
      await send(wanted.flatMap((logGroupName) => events.map((event) => ({ ...event, logGroupName }))));
    },
  });
}
