// Formats of dates in the letters of strftime, as the engine writes them.
import { zoneOffsetMs } from "../../alarms/time-zone.ts";
import { joinSql, sql, type Sql } from "../../sql.ts";

/** The engine's letters are those of MySQL, of which some mean something else in strftime. */
const translated: Readonly<Record<string, string>> = {
  A: "%W",
  B: "%M",
  D: "%m/%d/%y",
  M: "%i",
  R: "%H:%i",
  T: "%H:%i:%S",
  X: "%H:%i:%S",
  h: "%b",
  r: "%I:%i:%S %p",
  x: "%m/%d/%y",
};

const same = new Set("abCdFfgGHIjmnpStuVwyYz%");

/** What a letter stands for in the others. */
const composed: Readonly<Record<string, string>> = { c: "%a %b %e %H:%M:%S %Y", v: "%e-%b-%Y" };

/** What the engine has no letter for; `at` is an instant on the clocks of the zone. */
const computed: Readonly<Record<string, (at: Sql, zone: string) => Sql>> = {
  P: (at) => sql`lower(formatDateTime(${at}, '%p'))`,
  U: (at) => sql`leftPad(toString(intDiv(toDayOfYear(${at}) + 6 - toDayOfWeek(${at}, 2), 7)), 2, '0')`,
  W: (at) => sql`leftPad(toString(intDiv(toDayOfYear(${at}) + 6 - toDayOfWeek(${at}, 1), 7)), 2, '0')`,
  Z: zoneName,
  e: (at) => sql`leftPad(toString(toDayOfMonth(${at})), 2, ' ')`,
  k: (at) => sql`leftPad(toString(toHour(${at})), 2, ' ')`,
  l: (at) => sql`leftPad(toString((toHour(${at}) + 11) % 12 + 1), 2, ' ')`,
  s: (at) => sql`toString(toUnixTimestamp(${at}))`,
};

/**
 * The text of an instant (epoch milliseconds) in a zone, or the letter that strftime has not.
 * https://pubs.opengroup.org/onlinepubs/9799919799/functions/strftime.html
 */
export function strftimeSql(instant: Sql, format: string, zone: string): Sql | string {
  const utc = sql`fromUnixTimestamp64Milli(toInt64(${instant}), 'UTC')`;
  const local = sql`fromUnixTimestamp64Milli(toInt64(${instant}), ${zone})`;
  const whole = format.replace(/%([cv])/g, (_, letter: string) => composed[letter] ?? "");
  const pieces: Sql[] = [];
  let own = "";
  const finish = () => {
    if (own !== "") pieces.push(sql`formatDateTime(${utc}, ${own}, ${zone})`);
    own = "";
  };
  for (const [given, letter] of whole.matchAll(/%(.?)|[^%]+/gs)) {
    const compute = letter === undefined ? undefined : computed[letter];
    if (compute !== undefined) {
      finish();
      pieces.push(compute(local, zone));
    } else if (letter === undefined || same.has(letter)) own += given;
    else if (translated[letter] === undefined) return given;
    else own += translated[letter];
  }
  finish();
  const [only] = pieces;
  if (only === undefined) return sql`formatDateTime(${utc}, '', ${zone})`;
  return pieces.length === 1 ? only : sql`concat(${joinSql(pieces, ", ")})`;
}

/** The name that a zone has in winter, and the one in summer, by how far its clocks are ahead. */
function zoneName(at: Sql, zone: string): Sql {
  const [winter, summer] = [Date.UTC(2025, 0, 1), Date.UTC(2025, 6, 1)];
  const nameAt = (instant: number): string => {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "short" });
    return format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? zone;
  };
  const offset = zoneOffsetMs(zone, summer) / 1_000;
  return sql`if(timezoneOffset(${at}) = ${offset}, ${nameAt(summer)}, ${nameAt(winter)})`;
}
