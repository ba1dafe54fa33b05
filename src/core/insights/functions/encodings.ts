// String functions that encode and decode.
import { sql, type Sql } from "../../sql.ts";
import { documentation, type FunctionTable, type SqlFunction } from "./define.ts";

const encoding = (toSql: (text: Sql) => Sql, nullable?: boolean): SqlFunction => ({
  takes: ["text"],
  gives: "text",
  doc: documentation.text,
  ...(nullable === undefined ? {} : { nullable }),
  toSql: (text = sql`''`) => toSql(text),
});

/** Of what is no such code nothing comes. */
const decoding = (code: string, decoded: (text: Sql) => Sql): SqlFunction =>
  encoding((text) => sql`if(match(${text}, ${code}), ${decoded(text)}, NULL)`, true);

const base64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";

/** At most 64 bits: `-0xff`, `ff`. */
const hexNumber = "^-?(?:0[xX])?[0-9a-fA-F]{1,16}$";

export const encodingFunctions: FunctionTable = {
  urlencode: encoding((text) => sql`encodeURLComponent(${text})`),
  urldecode: encoding((text) => sql`toValidUTF8(decodeURLComponent(${text}))`),
  base64encode: encoding((text) => sql`base64Encode(${text})`),
  base64decode: decoding(base64, (text) => sql`toValidUTF8(tryBase64Decode(ifNull(${text}, '')))`),
  hexToAscii: decoding("^(?:0[xX])?(?:[0-9a-fA-F]{2})*$", (text) => {
    return sql`toValidUTF8(unhex(replaceRegexpOne(ifNull(${text}, ''), '^0[xX]', '')))`;
  }),
  /** As a text, since a number has only 53 bits. */
  hexToDec: {
    ...decoding(hexNumber, (text) => {
      const digits = sql`replaceRegexpOne(ifNull(${text}, ''), '^-?(?:0[xX])?', '')`;
      const value = sql`reinterpretAsUInt64(reverse(unhex(leftPad(${digits}, 16, '0'))))`;
      const sign = sql`if(startsWith(ifNull(${text}, ''), '-') AND ${value} > 0, '-', '')`;
      return sql`concat(${sign}, toString(${value}))`;
    }),
    gives: "field",
  },
  decToHex: {
    takes: ["number"],
    gives: "text",
    nullable: true,
    doc: documentation.text,
    toSql(value = sql`0`) {
      const whole = sql`trunc(ifNull(${value}, 0))`;
      const digits = sql`replaceRegexpOne(lower(hex(toUInt64(abs(${whole})))), '^0*([^0].*|0)$', '\\1')`;
      const isWithin = sql`isNotNull(${value}) AND abs(${whole}) < 9223372036854775808`;
      return sql`if(${isWithin}, concat(if(${whole} < 0, '-0x', '0x'), ${digits}), NULL)`;
    },
  },
};
