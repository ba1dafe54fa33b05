// Date and time patterns in the letters of Java's DateTimeFormatter: read into parts, which read and write.
import { instantOfLocal, zoneOffsetMs } from "../../alarms/time-zone.ts";

/**
 * A text that stands for itself, or a letter with how often it is repeated.
 * https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/format/DateTimeFormatter.html
 */
export type DatePart = { readonly literal: string } | { readonly letter: Letter; readonly count: number };

/** An instant in epoch milliseconds, and the nanoseconds of its second, of which it has the first digits. */
export interface Moment {
  readonly instant: number;
  readonly nanoseconds: number;
}

/** What has been read so far; months from 1, weekdays from Monday (0), offsets ahead of UTC. */
interface Fields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanoseconds: number;
  dayOfYear?: number;
  weekday?: number;
  isAfternoon?: boolean;
  offsetMs?: number;
  zone?: string;
}

interface Local extends Moment {
  readonly date: Date;
  readonly zone: string;
  readonly locale: string;
}

interface LetterRule {
  /** How many characters at the beginning of the text belong to it; undefined when none fit. */
  read(text: string, count: number, fields: Fields, locale: string): number | undefined;
  write(local: Local, count: number): string;
}

const padded = (value: number, count: number) => String(value).padStart(count, "0");

/**
 * A number of exactly `count` digits where more than one letter stands, else of up to `longest`; only one of
 * the range, where there is one, fits.
 */
function numeric(
  longest: number,
  set: (fields: Fields, value: number, count: number) => void,
  get: (date: Date) => number,
  [least, most]: readonly [number, number] = [0, Infinity],
): LetterRule {
  return {
    read(text, count, fields) {
      const digits = (count > 1 ? new RegExp(`^\\d{${count}}`) : new RegExp(`^\\d{1,${longest}}`)).exec(
        text,
      )?.[0];
      if (digits === undefined || Number(digits) < least || Number(digits) > most) return undefined;
      set(fields, Number(digits), count);
      return digits.length;
    },
    write: ({ date }, count) => padded(get(date), count),
  };
}

/** One letter takes the digits that there are; with more of them other numbers may follow at once. */
const year: LetterRule = {
  read(text, count, fields) {
    const digits = (count === 1 ? /^\d{1,9}/ : new RegExp(`^\\d{${count}}`)).exec(text)?.[0];
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
    return named(local, { month: nameStyle(count) });
  },
};

const weekday: LetterRule = {
  read(text, _count, fields, locale) {
    const found = longestName(text, weekdayNames(locale));
    if (found === undefined) return undefined;
    fields.weekday = found.index;
    return found.length;
  },
  write: (local, count) => named(local, { weekday: nameStyle(count) }),
};

const nameStyle = (count: number) => (count < 4 ? "short" : count === 4 ? "long" : "narrow");

/** Five letters have a colon, three of `X` and `x` too, and one of these is the hours where that is all. */
const offset = (letter: "X" | "x" | "Z"): LetterRule => ({
  read(text, _count, fields) {
    const found = /^(?:Z|([+-])(\d{2}):?(\d{2})?)/.exec(text);
    if (found === null) return undefined;
    const [all, sign = "+", hours = "0", minutes = "0"] = found;
    fields.offsetMs = (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60_000 : 60_000);
    return all.length;
  },
  write({ instant, zone }, count) {
    const minutes = Math.round(zoneOffsetMs(zone, instant) / 60_000);
    if (minutes === 0 && (letter === "X" || (letter === "Z" && count === 5))) return "Z";
    const sign = minutes < 0 ? "-" : "+";
    const [hour, rest] = [padded(Math.trunc(Math.abs(minutes) / 60), 2), padded(Math.abs(minutes) % 60, 2)];
    if (letter !== "Z" && count === 1 && rest === "00") return sign + hour;
    return sign + hour + (count === 5 || (count === 3 && letter !== "Z") ? ":" : "") + rest;
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
  D: numeric(3, (fields, value) => (fields.dayOfYear = value), dayOfYear, [1, 366]),
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
    [1, 24],
  ),
  h: numeric(
    2,
    (fields, value) => (fields.hour = value % 12),
    (date) => date.getUTCHours() % 12 || 12,
    [1, 12],
  ),
  K: numeric(
    2,
    (fields, value) => (fields.hour = value),
    (date) => date.getUTCHours() % 12,
    [0, 11],
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
      fields.nanoseconds = Number(digits.slice(0, 9).padEnd(9, "0"));
      return digits.length;
    },
    write: ({ nanoseconds }, count) => padded(nanoseconds, 9).padEnd(count, "0").slice(0, count),
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
  Z: offset("Z"),
  X: offset("X"),
  x: offset("x"),
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

/** The moment that a text tells; undefined when it is not of the pattern, or contradicts itself. */
export function readDate(
  parts: readonly DatePart[],
  text: string,
  zone: string,
  locale: string,
): Moment | undefined {
  const fields: Fields = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanoseconds: 0 };
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
  const instant = rest === "" ? instantOf(fields, zone) : undefined;
  return instant === undefined ? undefined : { instant, nanoseconds: fields.nanoseconds };
}

/** Years of the first century are none that a log tells of, and the platform takes them for others. */
const firstYear = 100;

function instantOf(fields: Fields, zone: string): number | undefined {
  const { year, dayOfYear, isAfternoon, minute, second, nanoseconds } = fields;
  const [month, day] = dayOfYear === undefined ? [fields.month, fields.day] : [1, dayOfYear];
  const hour = isAfternoon === true && fields.hour < 12 ? fields.hour + 12 : fields.hour;
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const local = Date.UTC(year, month - 1, day, hour, minute, second, Math.trunc(nanoseconds / 1e6));
  const date = new Date(local);
  if (year < firstYear || date.getUTCFullYear() !== year) return undefined;
  if (dayOfYear === undefined && date.getUTCDate() !== day) return undefined;
  if (fields.weekday !== undefined && (date.getUTCDay() + 6) % 7 !== fields.weekday) return undefined;
  if (fields.offsetMs !== undefined) return local - fields.offsetMs;
  try {
    return instantIn(fields.zone ?? zone, local);
  } catch {
    return undefined; // the text names a zone that nobody knows
  }
}

/**
 * A time that clocks leave out counts on from the hour before, as if they had not been moved.
 * https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/ZonedDateTime.html
 */
function instantIn(zone: string, local: number): number {
  const instant = instantOfLocal(zone, local);
  const isShown = instant + zoneOffsetMs(zone, instant) === local;
  return isShown ? instant : local - zoneOffsetMs(zone, instant - 3 * 3_600_000);
}

export function writeDate(parts: readonly DatePart[], moment: Moment, zone: string, locale: string): string {
  const { instant } = moment;
  const local = { ...moment, date: new Date(instant + zoneOffsetMs(zone, instant)), zone, locale };
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
