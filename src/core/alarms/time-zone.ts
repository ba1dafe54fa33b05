// Time zones: how far the clock of a place is ahead of UTC.

const fixedOffset = /^(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})$/;
const formats = new Map<string, Intl.DateTimeFormat>();
const maximumFormats = 500;

/**
 * Milliseconds that local time is ahead of UTC at an instant. Zones are IANA's names, or offsets like
 * `+05:30`.
 * @throws RangeError for a zone that is not known.
 */
export function zoneOffsetMs(timezone: string, instant: number): number {
  const [, sign, hours = "0", minutes = "0"] = fixedOffset.exec(timezone) ?? [];
  if (sign !== undefined) {
    return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -60_000 : 60_000);
  }
  const parts = Object.fromEntries(
    formatOf(timezone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1_000) * 1_000;
}

export function isTimeZone(timezone: string): boolean {
  try {
    zoneOffsetMs(timezone, 0);
    return true;
  } catch {
    return false; // the only way in which Intl tells that it does not know a zone
  }
}

/** The instant at which a clock there shows this time; of a time that occurs twice the first. */
export function instantOfLocal(timezone: string, localMs: number): number {
  const guess = localMs - zoneOffsetMs(timezone, localMs);
  const earlier = localMs - zoneOffsetMs(timezone, guess - 3_600_000);
  if (earlier + zoneOffsetMs(timezone, earlier) === localMs) return Math.min(guess, earlier);
  return localMs - zoneOffsetMs(timezone, guess);
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  if (formats.size >= maximumFormats) formats.clear();
  formats.set(timezone, format);
  return format;
}
