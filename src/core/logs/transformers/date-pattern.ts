// Date and time patterns in the letters of Java's DateTimeFormatter: read into parts, which read and write.
import { instantOfLocal, zoneOffsetMs } from "../../alarms/time-zone.ts";

/**
 * A text that stands for itself, or a letter with how often it is repeated.
 * https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/format/DateTimeFormatter.html
 */
export type DatePart = { readonly literal: string } | { readonly letter: Letter; readonly count: number };

/** What has been read so far; months from 1, offsets in milliseconds ahead of UTC. */
interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  milliseconds: number;
  dayOfYear?: number;
  isAfternoon?: boolean;
  offsetMs?: number;
  zone?: string;
}

interface Local {
  readonly date: Date;
  readonly instant: number;
  readonly zone: string;
  readonly locale: string;
}

interface LetterRule {
  /** How many characters at the beginning of the text belong to it; undefined when none fit. */
  read(text: string, count: number, fields: Fields, locale: string): number | undefined;
  write(local: Local, count: number): string;
}

const padded = (value: number, count: number) => String(value).padStart(count, "0");

/** A number of exactly `count` digits where more than one letter stands, else of up to `longest`. */
function numeric(
  longest: number,
  set: (fields: Fields, value: number, count: number) => void,
  get: (date: Date) => number,
): LetterRule {
  return {
    read(text, count, fields) {
      const digits = (count > 1 ? new RegExp(`^\\d{${count}}`) : new RegExp(`^\\d{1,${longest}}`)).exec(
        text,
      )?.[0];
      if (digits === undefined) return undefined;
      set(fields, Number(digits), count);
      return digits.length;
    },
    write: ({ date }, count) => padded(get(date), count),
  };
}

const year: LetterRule = {
  read(text, count, fields) {
    const digits = (count === 2 ? /^\d{2}/ : /^\d{4,}/).exec(text)?.[0];
    if (digits === undefined) return undefined;
    fields.year = count === 2 ? 2000 + Number(digits) : Number(digits);
    return digits.length;
  },
  write: ({ date }, count) =>
    count === 2 ? padded(date.getUTCFullYear() % 100, 2) : padded(date.getUTCFullYear(), count),
};

const monthNumber = numeric(
  2,
  (fields, value) => (fields.month = value),
  (date) => date.getUTCMonth() + 1,
);

/** Three letters and more are the month's name. */
const month: LetterRule = {
  read(text, count, fields, locale) {
    if (count < 3) return monthNumber.read(text, count, fields, locale);
    const found = longestName(text, monthNames(locale));
    if (found === undefined) return undefined;
    fields.month = found.index + 1;
    return found.length;
  },
  write(local, count) {
    if (count < 3) return monthNumber.write(local, count);
    return named(local, { month: count === 3 ? "short" : "long" });
  },
};

const weekday: LetterRule = {
  read: (text, _count, _fields, locale) => longestName(text, weekdayNames(locale))?.length,
  write: (local, count) => named(local, { weekday: count < 4 ? "short" : "long" }),
};

const offset = (zero: string): LetterRule => ({
  read(text, _count, fields) {
    const found = /^(?:Z|([+-])(\d{2}):?(\d{2})?)/.exec(text);
    if (found === null) return undefined;
    const [all, sign = "+", hours = "0", minutes = "0"] = found;
    fields.offsetMs = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60_000 : 60_000);
    return all.length;
  },
  write({ instant, zone }, count) {
    const minutes = Math.round(zoneOffsetMs(zone, instant) / 60_000);
    if (minutes === 0 && zero !== "") return zero;
    const sign = minutes < 0 ? "-" : "+";
    const [hour, rest] = [padded(Math.trunc(Math.abs(minutes) / 60), 2), padded(Math.abs(minutes) % 60, 2)];
    if (count === 1 && zero !== "" && rest === "00") return sign + hour;
    return sign + hour + (count === 3 || count === 5 ? ":" : "") + rest;
  },
});

const zoneName: LetterRule = {
  read(text, _count, fields) {
    const found = /^[A-Za-z][\w/+-]*(?::\d{2})?/.exec(text)?.[0];
    if (found === undefined) return undefined;
    fields.zone = abbreviations[found] ?? found;
    return found.length;
  },
  write({ zone, instant, locale }, count) {
    const timeZoneName = count < 4 ? "short" : "long";
    const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName }).formatToParts(instant);
    return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
  },
};

/** The zones that are told by their letters alone. */
const abbreviations: Readonly<Record<string, string>> = {
  Z: "UTC",
  GMT: "UTC",
  EST: "-05:00",
  EDT: "-04:00",
  CST: "-06:00",
  CDT: "-05:00",
  MST: "-07:00",
  MDT: "-06:00",
  PST: "-08:00",
  PDT: "-07:00",
  CET: "+01:00",
  CEST: "+02:00",
  MEZ: "+01:00",
  MESZ: "+02:00",
};

/** Every letter that is understood. */
const letters = {
  y: year,
  u: year,
  M: month,
  L: month,
  d: numeric(
    2,
    (fields, value) => (fields.day = value),
    (date) => date.getUTCDate(),
  ),
  D: numeric(3, (fields, value) => (fields.dayOfYear = value), dayOfYear),
  E: weekday,
  H: numeric(
    2,
    (fields, value) => (fields.hour = value),
    (date) => date.getUTCHours(),
  ),
  k: numeric(
    2,
    (fields, value) => (fields.hour = value % 24),
    (date) => date.getUTCHours() || 24,
  ),
  h: numeric(
    2,
    (fields, value) => (fields.hour = value % 12),
    (date) => date.getUTCHours() % 12 || 12,
  ),
  K: numeric(
    2,
    (fields, value) => (fields.hour = value),
    (date) => date.getUTCHours() % 12,
  ),
  m: numeric(
    2,
    (fields, value) => (fields.minute = value),
    (date) => date.getUTCMinutes(),
  ),
  s: numeric(
    2,
    (fields, value) => (fields.second = value),
    (date) => date.getUTCSeconds(),
  ),
  S: {
    read(text, count, fields) {
      const digits = new RegExp(`^\\d{${count}}`).exec(text)?.[0];
      if (digits === undefined) return undefined;
      fields.milliseconds = Math.trunc(Number(digits) * 10 ** (3 - digits.length));
      return digits.length;
    },
    write: ({ date }, count) => padded(date.getUTCMilliseconds(), 3).padEnd(count, "0").slice(0, count),
  },
  a: {
    read(text, _count, fields) {
      const found = /^(?:am|pm)/i.exec(text)?.[0];
      if (found === undefined) return undefined;
      fields.isAfternoon = found.toLowerCase() === "pm";
      return found.length;
    },
    write: ({ date }) => (date.getUTCHours() < 12 ? "AM" : "PM"),
  },
  Z: offset(""),
  X: offset("Z"),
  x: offset(""),
  z: zoneName,
  V: { ...zoneName, write: ({ zone }) => zone },
} satisfies Readonly<Record<string, LetterRule>>;

type Letter = keyof typeof letters;

function dayOfYear(date: Date): number {
  return Math.round((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 0)) / 86_400_000 - 0.5);
}

/** The parts of a pattern, or the letter that is not understood. */
export function parseDatePattern(pattern: string): readonly DatePart[] | string {
  const parts: DatePart[] = [];
  for (const [found] of pattern.matchAll(/'(?:[^']|'')*'?|([A-Za-z])\1*|[^A-Za-z']+/g)) {
    const letter = found.charAt(0);
    if (letter === "'") {
      const quoted = found === "''" ? "'" : found.replace(/^'/, "").replace(/'$/, "").replaceAll("''", "'");
      parts.push({ literal: quoted });
    } else if (!/[A-Za-z]/.test(letter)) parts.push({ literal: found });
    else if (isLetter(letter)) parts.push({ letter, count: found.length });
    else return letter;
  }
  return parts;
}

function isLetter(letter: string): letter is Letter {
  return Object.hasOwn(letters, letter);
}

/** The instant that a text tells, in epoch milliseconds; undefined when it is not of the pattern. */
export function readDate(
  parts: readonly DatePart[],
  text: string,
  zone: string,
  locale: string,
): number | undefined {
  const fields: Fields = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, milliseconds: 0 };
  let rest = text;
  for (const part of parts) {
    if ("literal" in part) {
      if (!rest.startsWith(part.literal)) return undefined;
      rest = rest.slice(part.literal.length);
      continue;
    }
    const length = letters[part.letter].read(rest, part.count, fields, locale);
    if (length === undefined) return undefined;
    rest = rest.slice(length);
  }
  return rest === "" ? instantOf(fields, zone) : undefined;
}

function instantOf(fields: Fields, zone: string): number | undefined {
  const { year, dayOfYear, isAfternoon, minute, second, milliseconds } = fields;
  const [month, day] = dayOfYear === undefined ? [fields.month, fields.day] : [1, dayOfYear];
  const hour = isAfternoon === true && fields.hour < 12 ? fields.hour + 12 : fields.hour;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const local = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
  if (dayOfYear === undefined && new Date(local).getUTCDate() !== day) return undefined;
  if (fields.offsetMs !== undefined) return local - fields.offsetMs;
  try {
    return instantOfLocal(fields.zone ?? zone, local);
  } catch {
    return undefined; // the text names a zone that nobody knows
  }
}

export function writeDate(parts: readonly DatePart[], instant: number, zone: string, locale: string): string {
  const local = { date: new Date(instant + zoneOffsetMs(zone, instant)), instant, zone, locale };
  return parts
    .map((part) => ("literal" in part ? part.literal : letters[part.letter].write(local, part.count)))
    .join("");
}

function named({ date, locale }: Local, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" }).format(date);
}

function longestName(text: string, names: readonly (readonly string[])[]) {
  const lower = text.toLowerCase();
  let longest: { index: number; length: number } | undefined;
  for (const [index, spellings] of names.entries()) {
    for (const name of spellings) {
      if (name.length > (longest?.length ?? 0) && lower.startsWith(name))
        longest = { index, length: name.length };
    }
  }
  return longest;
}

const monthNames = remembered((locale) =>
  Array.from({ length: 12 }, (_, index) => spellings(new Date(Date.UTC(2001, index, 15)), locale, "month")),
);

const weekdayNames = remembered((locale) =>
  Array.from({ length: 7 }, (_, index) =>
    spellings(new Date(Date.UTC(2001, 0, 1 + index)), locale, "weekday"),
  ),
);

const rememberedLocales = 100;

/** Names take milliseconds to ask for, and are asked for with every event. */
function remembered(namesOf: (locale: string) => readonly (readonly string[])[]) {
  const known = new Map<string, readonly (readonly string[])[]>();
  return (locale: string): readonly (readonly string[])[] => {
    const names = known.get(locale) ?? namesOf(locale);
    if (known.size >= rememberedLocales) known.clear();
    known.set(locale, names);
    return names;
  };
}

/** Long, short, and short without its dot; in sentences some languages write names otherwise than alone. */
function spellings(date: Date, locale: string, kind: "month" | "weekday"): readonly string[] {
  const styles = (["long", "short"] as const).flatMap((style) => {
    const alone = new Intl.DateTimeFormat(locale, { [kind]: style, timeZone: "UTC" }).format(date);
    const sentence = new Intl.DateTimeFormat(locale, {
      [kind]: style,
      day: "numeric",
      ...(kind === "weekday" ? { month: "long" } : {}),
      timeZone: "UTC",
    })
      .formatToParts(date)
      .find(({ type }) => type === kind)?.value;
    return [alone, sentence ?? alone];
  });
  return styles.flatMap((name) => [name.toLowerCase(), name.toLowerCase().replace(/\.$/, "")]);
}
