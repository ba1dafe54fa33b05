// Lines of a file become log events: lines that belong together, with their time, without what is filtered.
import type { CollectedFiles } from "./collect-list.ts";

/** An event and the place in the file behind it, in bytes: where to go on when it is stored. */
export interface FileEvent {
  readonly timestamp: number;
  readonly message: string;
  readonly end: number;
}

export interface EventSplitter {
  /** Takes a line without its end; `end` is the place behind it. Gives the event that it completes. */
  line(text: string, end: number, now: number): FileEvent | undefined;
  /** Gives the event of the lines so far: nothing more will belong to it. */
  flush(now: number): FileEvent | undefined;
}

type Rules = Pick<CollectedFiles, "eventStart" | "timestamp" | "trimTimestamp" | "filters">;

/**
 * What PutLogEvents takes of one event, with room for its overhead; the rest is cut off as the agent does.
 */
const maximumCharacters = 250_000;
const cutMark = "[Truncated...]";

/**
 * An event without a timestamp has that of the one before it, else now. An event that is filtered has no
 * message: only its end counts.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
 */
export function createEventSplitter(rules: Rules): EventSplitter {
  let lines: string[] = [];
  let characters = 0;
  let end = 0;
  let lastAt: number | undefined;

  const take = (now: number): FileEvent | undefined => {
    if (lines.length === 0) return undefined;
    const event = eventOf(lines.join("\n"), now);
    lines = [];
    characters = 0;
    return event;
  };
  const eventOf = (text: string, now: number): FileEvent => {
    const found = rules.timestamp?.read(text, now);
    lastAt = found?.at ?? lastAt;
    const isTrimmed = rules.trimTimestamp && found !== undefined;
    const trimmed = isTrimmed ? (text.slice(0, found.from) + text.slice(found.to)).trim() : text;
    const message = isWanted(text, rules.filters) ? cut(trimmed) : "";
    return { timestamp: lastAt ?? now, message, end };
  };

  return {
    line(text, lineEnd, now) {
      const isNew = rules.eventStart.test(text) || characters + text.length > maximumCharacters;
      const event = isNew ? take(now) : undefined;
      lines.push(text);
      characters += text.length + 1;
      end = lineEnd;
      return event;
    },
    flush: take,
  };
}

function isWanted(text: string, filters: Rules["filters"]): boolean {
  return filters.every(({ type, expression }) => expression.test(text) === (type === "include"));
}

function cut(text: string): string {
  return text.length <= maximumCharacters ? text : text.slice(0, maximumCharacters) + cutMark;
}
