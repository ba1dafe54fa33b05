// Numbers and instants as CloudWatch writes them into the texts of alarms.

/**
 * A number as Java prints a double: `1.0`, `97.5`, `1.0E7`, `5.0E-4`.
 * https://docs.oracle.com/javase/8/docs/api/java/lang/Double.html#toString-double-
 */
export function doubleText(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return "0.0";
  if (magnitude >= 1e-3 && magnitude < 1e7) return withFraction(String(value));
  const [digits = "", exponent = "0"] = value.toExponential().split("e");
  return `${withFraction(digits)}E${Number(exponent)}`;
}

const withFraction = (digits: string) => (digits.includes(".") ? digits : `${digits}.0`);

/** `2019-10-01T13:56:40.985+0000` */
export const instantText = remembered((instant) => new Date(instant).toISOString().replace("Z", "+0000"));

/** `01/10/19 13:46:00`: the day comes first. */
export const datapointTime = remembered((instant) => {
  const [date = "", time = ""] = new Date(instant).toISOString().split("T");
  const [year = "", month = "", day = ""] = date.split("-");
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
});

const maximumRemembered = 100;

/** All alarms of a minute tell of the same few instants, and writing one takes longer than finding it. */
function remembered(textOf: (instant: number) => string): (instant: number) => string {
  const texts = new Map<number, string>();
  return (instant) => {
    let text = texts.get(instant);
    if (text === undefined) {
      text = textOf(instant);
      if (texts.size >= maximumRemembered) texts.clear();
      texts.set(instant, text);
    }
    return text;
  };
}

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** `Sunday 30 October, 2022 20:47:35 UTC`, as in the reasons of composite alarms. */
export function longInstantText(instant: number): string {
  const date = new Date(instant);
  const day = String(date.getUTCDate()).padStart(2, "0");
  const time = date.toISOString().slice(11, 19);
  return (
    `${weekdays[date.getUTCDay()] ?? ""} ${day} ${months[date.getUTCMonth()] ?? ""}, ` +
    `${date.getUTCFullYear()} ${time} UTC`
  );
}

/** `1 datapoint`, `2 datapoints` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
