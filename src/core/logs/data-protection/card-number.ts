// Credit card numbers: what issuers begin them with, how long they are, and those that are for tests alone.
import { luhn } from "./checksums.ts";

/** American Express, Diners Club, Discover and UnionPay, JCB, Mastercard and Dankort, Visa. */
const shapes = [
  /^3[47]\d{13}$/,
  /^3(?:0[0-5]\d|095|[689]\d\d)\d{10,15}$/,
  /^(?:6011|64[4-9]\d|65\d\d|62\d\d)\d{12,15}$/,
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/,
  /^(?:5[1-5]\d\d|5019|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/,
  /^4(?:\d{12}|\d{15}|\d{18})$/,
];

/**
 * Which issuers keep for tests in public, and AWS does not report.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protect-sensitive-log-data-types-financial.html
 */
const forTests: ReadonlySet<string> = new Set(
  (
    "2222405343248877 2222990905257051 2223007648726984 2223577120017656 30569309025904 3528000700000000 " +
    "3530111333300000 3566002020360505 36148900647913 36700102000000 371449635398431 378282246310005 " +
    "378734493671000 38520000023237 4012888888881881 4111111111111111 4222222222222 4444333322221111 " +
    "4462030000000000 4484070000000000 4911830000000 4917300800000000 4917610000000000 4917610000000000003 " +
    "5019717010103742 5105105105105100 5111010030175156 5185540810000019 5200828282828210 5204230080000017 " +
    "5204740009900014 5420923878724339 5454545454545454 5455330760000018 5506900490000436 5506900490000444 " +
    "5506900510000234 5506920809243667 5506922400634930 5506927427317625 5553042241984105 5555553753048194 " +
    "5555555555554444 6011000990139424 6011000400000000 6011111111111117"
  ).split(" "),
);

/** Digits in groups, with more behind them perhaps: a security code follows many a card. */
export const cardPattern =
  String.raw`[2-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,4}(?:[ -]?\d{1,3})?|` +
  String.raw`3\d{3}[ -]\d{6}[ -]\d{4,5}(?: \d{3,4})?|6\d{5}[ -]\d{13}`;

/** How much of the text is a card number, from its beginning. */
export function cardLength(text: string): number {
  for (let end = text.length; end > 0;) {
    const part = text.slice(0, end);
    const digits = part.replace(/\D/g, "");
    const isCard = shapes.some((shape) => shape.test(digits)) && luhn(digits);
    if (isCard) return forTests.has(digits) ? 0 : end;
    end = Math.max(part.lastIndexOf(" "), part.lastIndexOf("-"));
  }
  return 0;
}
