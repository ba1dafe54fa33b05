// dateTimeConverter: a date is read by one of some patterns and written by another.
import { isTimeZone } from "../../../alarms/time-zone.ts";
import type { ConfigReader } from "../config-reader.ts";
import { parseDatePattern, readDate, writeDate, type DatePart } from "../date-pattern.ts";
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
    const patterns = config.texts("matchPatterns", 5).map((text) => patternOf(config, "matchPatterns", text));
    const format = patternOf(
      config,
      "targetFormat",
      config.optionalText("targetFormat", 64) ?? defaultFormat,
    );
    const sourceZone = zoneOf(config, "sourceTimezone");
    const targetZone = zoneOf(config, "targetTimezone");
    const locale = localeOf(config);
    return ({ document }) => {
      const value = valueAt(document, source);
      if (typeof value !== "string") return;
      for (const pattern of patterns) {
        const instant = readDate(pattern, value, sourceZone, locale);
        if (instant === undefined) continue;
        putAt(document, target, writeDate(format, instant, targetZone, locale));
        return;
      }
    };
  },
};

function patternOf(config: ConfigReader, name: string, text: string): readonly DatePart[] {
  const parts = parseDatePattern(text);
  if (typeof parts === "string") config.refuse(name, `has a letter that is no part of a date: ${parts}`);
  return parts;
}

function zoneOf(config: ConfigReader, name: string): string {
  const zone = config.optionalText(name) ?? "UTC";
  if (!isTimeZone(zone)) config.refuse(name, `is no known time zone: ${zone}`);
  return zone;
}

/** Java writes `de_DE` and `ROOT`, the platform `de-DE` and `en-US`. */
function localeOf(config: ConfigReader): string {
  const locale = config.optionalText("locale") ?? "ROOT";
  if (/^(?:locale\.)?root$/i.test(locale)) return "en-US";
  const tag = locale.replaceAll("_", "-");
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? "en-US";
  } catch {
    return config.refuse("locale", `is no known locale: ${locale}`);
  }
}
