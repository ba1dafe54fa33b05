// What many messages have in common: the rows of `pattern`, and those of `diff` and `anomaly` made of them.
import { joinSql, rawSql, sql, type Sql } from "../sql.ts";
import type { PatternStage, ReplacedColumn } from "./pattern-stage.ts";

interface Span {
  /** Epoch milliseconds; both ends belong to it. */
  readonly from: number;
  readonly to: number;
}

/** So much of a message is looked at. */
const comparedCharacters = 2_000;

/** So many kinds of messages, those of the most events, are made into patterns. */
const maximumKinds = 20_000;

/** A word is variable where messages that are the same otherwise have more different ones than this. */
const fixedWords = 4;

/** The span of time is divided into so many parts to find what is unusual. */
const anomalyParts = 20;

const ratio = { name: "@ratio", column: "p_ratio", type: "number" } as const;
const shared: readonly ReplacedColumn[] = [
  { name: "@sampleCount", column: "p_count", type: "number" },
  { name: "@severityLabel", column: "p_severity", type: "text" },
];
const template = { name: "@pattern", column: "p_text", type: "text" } as const;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Pattern.html */
export const patternColumns: readonly ReplacedColumn[] = [template, ratio, ...shared];

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData_Compare.html */
const comparedColumns: readonly ReplacedColumn[] = [
  template,
  ...shared,
  { name: "@diffEventCount", column: "p_difference", type: "number" },
  { name: "@differenceDescription", column: "p_description", type: "text" },
];

const anomalyColumns: readonly ReplacedColumn[] = [
  template,
  ...shared,
  { name: "@anomalyKind", column: "p_anomaly", type: "text" },
  { name: "@description", column: "p_description", type: "text" },
];

/**
 * Messages become patterns in three steps, all of them in the engine:
 *
 * 1. Those that are the same but for the words with a digit in them are one kind. This is the only step that
 *    sees every event, and it compares nothing but hashes.
 * 2. Of each kind one message stays; what looks like an instant, an identifier, an address or a number in it
 *    becomes a placeholder.
 * 3. Messages that are the same but for one word, where there are many different ones, are one pattern; names
 *    of levels are never such words.
 *
 * Drain (He et al., 2017) does the last step with a tree and a threshold of similarity, message by message;
 * this one gives the same answer in whatever order messages come.
 */
export class Patterns implements PatternStage {
  readonly #text: Sql;
  readonly #scope: Span;
  #earlier: Span | undefined;
  #isAnomalies = false;

  /** `text` is what is compared, in the columns of the events. */
  constructor(text: Sql, scope: Span) {
    this.#text = text;
    this.#scope = scope;
  }

  compareWith(earlier: Span): readonly ReplacedColumn[] {
    this.#earlier = earlier;
    return comparedColumns;
  }

  findAnomalies(): readonly ReplacedColumn[] {
    this.#isAnomalies = true;
    return anomalyColumns;
  }

  /** The SELECT of the patterns, with the number of all events as `m0`. */
  select(events: Sql): Sql {
    const counts = this.#counts();
    const patterns = sql`SELECT ${numbered} AS p_text, ${severity} AS p_severity, ${this.#columns()}
      FROM (${this.#merged(this.#masked(this.#kinds(events)), counts)})`;
    const unusual = sql`SELECT * FROM (${patterns}) WHERE p_anomaly != ''`;
    return this.#isAnomalies ? unusual : patterns;
  }

  #kinds(events: Sql): Sql {
    const text = sql`substringUTF8(ifNull(${this.#text}, ''), 1, ${comparedCharacters})`;
    const words = sql`splitByNonAlpha(translate(p_message, '0123456789', '0000000000'))`;
    const columns = [
      sql`${this.#within(this.#scope)} AS p_isNow`,
      ...(this.#earlier === undefined ? [] : [sql`${this.#within(this.#earlier)} AS p_isEarlier`]),
      ...(this.#isAnomalies ? [sql`${this.#part()} AS p_part`] : []),
    ];
    return sql`SELECT min(p_message) AS p_sample, ${joinSql(this.#firstCounts(), ", ")}
      FROM (SELECT ${text} AS p_message, ${joinSql(columns, ", ")} FROM (${events})
        WHERE isNotNull(${this.#text}))
      GROUP BY cityHash64(arrayFilter(word -> position(word, '0') = 0, ${words}))
      ORDER BY p_count DESC LIMIT ${maximumKinds}`;
  }

  #within({ from, to }: Span): Sql {
    const at = sql`toUnixTimestamp64Milli(timestamp)`;
    return sql`(${at} >= ${from} AND ${at} <= ${to})`;
  }

  #part(): Sql {
    const widthMs = Math.max(1, Math.ceil((this.#scope.to - this.#scope.from + 1) / anomalyParts));
    const offset = sql`toUnixTimestamp64Milli(timestamp) - ${this.#scope.from}`;
    return sql`toUInt8(greatest(0, intDiv(${offset}, ${widthMs})))`;
  }

  #firstCounts(): readonly Sql[] {
    return [
      sql`countIf(p_isNow) AS p_count`,
      ...(this.#earlier === undefined ? [] : [sql`countIf(p_isEarlier) AS p_before`]),
      ...(this.#isAnomalies ? [sql`sumMap([p_part], [toUInt64(p_isNow)]) AS p_parts`] : []),
    ];
  }

  /** How the counts of messages that become the same are put together. */
  #counts(): Sql {
    const counts = [
      sql`sum(p_count) AS p_count`,
      ...(this.#earlier === undefined ? [] : [sql`sum(p_before) AS p_before`]),
      ...(this.#isAnomalies ? [sql`sumMap(p_parts.1, p_parts.2) AS p_parts`] : []),
    ];
    return joinSql(counts, ", ");
  }

  #masked(kinds: Sql): Sql {
    let text = rawSql("p_sample");
    for (const { name, regex } of placeholders) {
      text = sql`replaceRegexpAll(${text}, ${regex}, ${`\u0001${name}\u0002`})`;
    }
    return sql`SELECT extractAll(${text}, ${wordsAndGaps}) AS p_words, ${this.#counts()}
      FROM (${kinds}) GROUP BY p_words`;
  }

  /** The hash of all words but one is the sum of all their hashes without that one's. */
  #merged(masked: Sql, counts: Sql): Sql {
    const carried = sql`cityHash64(p_words) AS p_id, length(p_words) AS p_length, * EXCEPT p_words`;
    const hashes = sql`arrayMap((word, place) -> cityHash64(place, word), p_words, arrayEnumerate(p_words))`;
    const sum = sql`arraySum(${hashes})`;
    const words = sql`SELECT ${carried}, word, place, ${sum} - cityHash64(place, word) AS p_others
      FROM (${masked}) ARRAY JOIN p_words AS word, arrayEnumerate(p_words) AS place`;
    const isVariable = sql`uniqExact(word) OVER (PARTITION BY p_length, place, p_others) > ${fixedWords}`;
    const isFixed = sql`match(word, ${levelWord}) OR NOT match(word, ${wordCharacter})`;
    const shown = sql`if(${isVariable} AND NOT (${isFixed}), ${"\u0001Token\u0002"}, word)`;
    const decided = sql`SELECT * EXCEPT (word, p_others), ${shown} AS p_word FROM (${words})`;
    const rejoined = sql`SELECT arrayStringConcat(arrayMap(pair -> pair.2,
        arraySort(groupArray((place, p_word))))) AS p_template, ${this.#anyCounts()}
      FROM (${decided}) GROUP BY p_id`;
    return sql`SELECT p_template, ${counts} FROM (${rejoined}) GROUP BY p_template`;
  }

  #anyCounts(): Sql {
    const names = [
      "p_count",
      ...(this.#earlier === undefined ? [] : ["p_before"]),
      ...(this.#isAnomalies ? ["p_parts"] : []),
    ];
    return rawSql(names.map((name) => `any(${name}) AS ${name}`).join(", "));
  }

  #columns(): Sql {
    const all = [
      sql`toFloat64(p_count) AS p_count`,
      sql`round(p_count / sum(p_count) OVER (), 4) AS p_ratio`,
      sql`sum(p_count) OVER () AS m0`,
    ];
    if (this.#isAnomalies) {
      const parts = sql`arrayMap(part -> p_parts.2[indexOf(p_parts.1, part)], range(${anomalyParts}))`;
      return joinSql(
        [...all, sql`${anomalyOf(parts)} AS p_anomaly`, sql`${anomalyText} AS p_description`],
        ", ",
      );
    }
    if (this.#earlier === undefined) return joinSql(all, ", ");
    return joinSql(
      [
        ...all,
        sql`toFloat64(p_count) - toFloat64(p_before) AS p_difference`,
        sql`${differenceText} AS p_description`,
      ],
      ", ",
    );
  }

  get order(): readonly { readonly column: Sql; readonly descending: boolean }[] {
    const first = this.#earlier === undefined ? sql`p_count` : sql`abs(p_difference)`;
    return [
      { column: first, descending: true },
      { column: sql`p_text`, descending: false },
    ];
  }
}

/** Words and what stands between them, one after the other. */
const wordsAndGaps = String.raw`[^\s"',;:=(){}\[\]<>|/&?]+|[\s"',;:=(){}\[\]<>|/&?]+`;

const wordCharacter = String.raw`[\pL\pN]`;

const levelWord = "(?i)^(?:trace|debug|info|notice|warn|warning|error|critical|fatal|panic)$";

/** In this order: what one has found the next ones do not see. */
const placeholders = [
  {
    name: "Timestamp",
    regex: [
      String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?`,
      String.raw`\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?`,
    ].join("|"),
  },
  { name: "UUID", regex: "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}" },
  { name: "IPAddress", regex: String.raw`\b\d{1,3}(?:\.\d{1,3}){3}\b` },
  { name: "Number", regex: String.raw`\b\d+(?:\.\d+)?\b` },
  { name: "Token", regex: String.raw`\w*\d\w*` },
] as const;

/** The placeholders with their numbers: `<Number-1>`, `<Token-2>`. */
const numbered = sql`arrayStringConcat(arrayMap((piece, number) -> if(number = 1, piece,
    concat('<', substring(piece, 1, position(piece, ${"\u0002"}) - 1), '-', toString(number - 1), '>',
      substring(piece, position(piece, ${"\u0002"}) + 1))),
  splitByChar(${"\u0001"}, p_template) AS p_pieces, arrayEnumerate(p_pieces)))`;

const firstLevel = String.raw`(?i)\b(trace|debug|info|warn|error|critical|fatal|panic|exception)`;

const severity = sql`transform(lower(extract(p_template, ${firstLevel})),
  ['trace', 'debug', 'info', 'warn', 'error', 'exception', 'critical', 'fatal', 'panic'],
  ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'ERROR', 'FATAL', 'FATAL', 'FATAL'], 'NONE')`;

const differenceText = sql`multiIf(p_before = 0, 'New in this period',
  p_count = 0, 'No longer in this period',
  p_count > p_before, concat(toString(round(100 * (p_count - p_before) / p_before)), '% more'),
  p_count < p_before, concat(toString(round(100 * (p_before - p_count) / p_before)), '% less'),
  'No change')`;

/** A part with five times as many events as the others have usually, or the first events near the end. */
function anomalyOf(parts: Sql): Sql {
  const most = sql`arrayMax(${parts})`;
  const usual = sql`arraySort(${parts})[${anomalyParts / 2}]`;
  const beginning = sql`arraySum(arraySlice(${parts}, 1, ${(anomalyParts * 3) / 4}))`;
  const isNew = sql`${beginning} = 0 AND p_count < sum(p_count) OVER ()`;
  return sql`multiIf(${isNew}, 'NEW', ${most} >= 10 AND ${most} > 5 * (${usual} + 1), 'FREQUENCY', '')`;
}

const anomalyText = sql`transform(p_anomaly, ['NEW', 'FREQUENCY'],
  ['First seen in the last quarter of the period',
    'Far more events in a part of the period than usual'], '')`;
