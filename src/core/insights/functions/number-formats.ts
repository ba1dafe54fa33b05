// Formats of numbers such as `$99,999.99S`, in which the engine writes numbers and reads them.
import { sql, type Sql } from "../../sql.ts";

/** https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-directquery-sql.html */
export interface NumberFormat {
  /** The digits in front of the point, as `9` and `0`, and the places of the separators among them. */
  readonly whole: string;
  readonly decimals: number;
  readonly hasCurrency: boolean;
  /** Where the sign stands. */
  readonly sign: "first" | "last" | undefined;
}

/** Undefined for what is no such format. */
export function parseNumberFormat(text: string): NumberFormat | undefined {
  const found = /^(S|MI)?(\$)?([09,G]+)(?:[.D]([09]*))?(S|MI)?$/i.exec(text);
  if (found === null) return undefined;
  const [, before, currency, whole = "", decimals = "", behind] = found;
  if (before !== undefined && behind !== undefined) return undefined;
  return {
    whole: whole.replaceAll(/g/gi, ","),
    decimals: decimals.length,
    hasCurrency: currency !== undefined,
    sign: before !== undefined ? "first" : behind !== undefined ? "last" : undefined,
  };
}

/** Digits that do not fit are `#`, one for each. */
export function writeNumber(number: Sql, { whole, decimals, hasCurrency, sign }: NumberFormat): Sql {
  const places = whole.replaceAll(",", "").length;
  const rounded =
    decimals === 0
      ? sql`toString(toInt64(abs(${number})))`
      : sql`toDecimalString(abs(${number}), ${decimals})`;
  const digits = sql`splitByChar('.', ${rounded})[1]`;
  const fraction = decimals === 0 ? sql`''` : sql`concat('.', splitByChar('.', ${rounded})[2])`;
  const padded = sql`leftPad(${digits}, ${places}, ${whole.startsWith("0") ? "0" : " "})`;
  let separated = padded;
  // From the right, so that the places of those that are not yet set stay the same.
  for (let place = whole.length - 1, digit = places; place >= 0; place--) {
    if (whole.charAt(place) !== ",") digit -= 1;
    else separated = withSeparator(separated, digit);
  }
  const body = sql`concat(${separated}, ${fraction})`;
  const priced = hasCurrency ? sql`replaceRegexpOne(${body}, '^( *)', '\\\\1$')` : body;
  const minus = sql`if(${number} < 0, '-', ${sign === "last" ? " " : sign === "first" ? "+" : ""})`;
  const signed = sign === "last" ? sql`concat(${priced}, ${minus})` : sql`concat(${minus}, ${priced})`;
  const overflow = "#".repeat(whole.length) + (decimals === 0 ? "" : `.${"#".repeat(decimals)}`);
  return sql`multiIf(isNull(${number}), NULL, length(${digits}) > ${places}, ${overflow}, ${signed})`;
}

/** No separator stands where no digit is in front of it. */
function withSeparator(text: Sql, digits: number): Sql {
  const before = sql`substring(${text}, 1, ${digits})`;
  const mark = sql`if(match(${before}, '[0-9]$'), ',', ' ')`;
  return sql`concat(${before}, ${mark}, substring(${text}, ${digits + 1}))`;
}

/** NULL for a text that is not of the format. */
export function readNumber(text: Sql, { whole, decimals, hasCurrency, sign }: NumberFormat): Sql {
  const groups = whole.split(",");
  const inGroups = groups.map((group, index) =>
    index === 0 && !group.startsWith("0") ? `[0-9]{0,${group.length}}` : `[0-9]{${group.length}}`,
  );
  const digits = inGroups.join(",?");
  const fraction = decimals === 0 ? "" : `(?:\\.[0-9]{0,${decimals}})?`;
  const currency = hasCurrency ? "\\$?" : "";
  const signs = { first: [String.raw`[+-]?`, ""], last: ["", "[+-]?"], none: ["", ""] }[sign ?? "none"];
  const [before = "", behind = ""] = signs;
  const isOfFormat = sql`match(${text}, ${`^${before}${currency}${digits}${fraction}${behind}$`})`;
  const number = sql`toFloat64OrNull(replaceRegexpAll(ifNull(${text}, ''), '[^0-9.]', ''))`;
  return sql`if(ifNull(${isOfFormat}, 0), if(position(${text}, '-') > 0, -${number}, ${number}), NULL)`;
}
