// The start and the end of a widget: an instant, or how long before now.

const relative = /^-?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Epoch milliseconds of `-PT3H`, `-P1M` or `2018-12-17T06:00:00.000Z`; undefined for another text. */
export function instantOf(text: string, now: number): number | undefined {
  const match = relative.exec(text);
  if (match === null) {
    const instant = Date.parse(text);
    return Number.isNaN(instant) ? undefined : instant;
  }
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((digits: string | undefined) => Number(digits ?? 0));
  // Months differ in length, so they are counted in the calendar.
  const date = new Date(now);
  date.setUTCMonth(date.getUTCMonth() - years * 12 - months);
  return date.getTime() - ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}

/** Of `+0130`, `-0800`, `UTC`; local time is not known here and is taken for UTC. */
export function offsetMinutesOf(timezone = "UTC"): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d)(\d\d)$/.exec(timezone) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0));
}
