// dateTimeConverter: a date is read by one of some patterns and written by another.
import type { ConfigReader } from "../config-reader.ts";
import { localeOf, timeZoneOf, waysToWrite } from "../date-options.ts";
import { readDate, writeDate, type DatePart } from "../date-pattern.ts";
import type { ProcessorDefinition } from "../define.ts";
import { putAt, valueAt } from "../json-document.ts";

const defaultFormat = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";

/**
 * A field that no pattern fits is left alone, as is one that is absent.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Datatype.html
 */
export const dateTimeConverter: ProcessorDefinition = {
  name: "dateTimeConverter",
  role: "mutator",
  compile(config) {
    const source = config.key("source");
    const target = config.key("target");
    const patterns = config
      .texts("matchPatterns", 5)
      .flatMap((text) => waysOf(config, "matchPatterns", text));
    const [format = []] = waysOf(
      config,
      "targetFormat",
      config.optionalText("targetFormat", 64) ?? defaultFormat,
    );
    const sourceZone = zoneOf(config, "sourceTimezone");
    const targetZone = zoneOf(config, "targetTimezone");
    const locale = config.optionalText("locale") ?? "ROOT";
    const language = localeOf(locale) ?? config.refuse("locale", `is no known locale: ${locale}`);
    return ({ document }) => {
      const value = valueAt(document, source);
      if (typeof value !== "string") return;
      for (const pattern of patterns) {
        const moment = readDate(pattern, value, sourceZone, language);
        if (moment === undefined) continue;
        putAt(document, target, writeDate(format, moment, targetZone, language));
        return;
      }
    };
  },
};

function waysOf(config: ConfigReader, name: string, text: string): readonly (readonly DatePart[])[] {
  const ways = waysToWrite(text);
  if (typeof ways === "string") config.refuse(name, ways);
  return ways;
}

function zoneOf(config: ConfigReader, name: string): string {
  const zone = config.optionalText(name) ?? "UTC";
  return timeZoneOf(zone) ?? config.refuse(name, `is no known time zone: ${zone}`);
}
