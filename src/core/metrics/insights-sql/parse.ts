// Reads a Metrics Insights query.
import {
  accountLabel,
  currentAccount,
  insightsFunctions,
  insightsLimits,
  type InsightsCondition,
  type InsightsFunction,
  type InsightsProblem,
  type InsightsQuery,
} from "./query.ts";

/**
 * `SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId) WHERE InstanceType != 'm5'
 * GROUP BY InstanceId ORDER BY MAX() DESC LIMIT 5`. Key words in any case; names with other characters than
 * letters, digits and underscores, and names that are key words, in double quotes.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
 */
export function parseInsightsQuery(text: string): InsightsQuery | InsightsProblem {
  try {
    return new InsightsReader(text).readWhole();
  } catch (error) {
    if (error instanceof InsightsSyntaxError) return { problem: error.message, position: error.position };
    throw error;
  }
}

export function isInsightsProblem(outcome: InsightsQuery | InsightsProblem): outcome is InsightsProblem {
  return "problem" in outcome;
}

/**
 * Those that could be mistaken for a clause.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-reserved-keywords.html
 */
const reservedWords: ReadonlySet<string> = new Set([
  "SELECT",
  "FROM",
  "SCHEMA",
  "WHERE",
  "AND",
  "GROUP",
  "ORDER",
  "BY",
  "LIMIT",
  "ASC",
  "DESC",
]);

class InsightsSyntaxError extends Error {
  readonly position: number;
  constructor(problem: string, position: number) {
    super(`${problem} at position ${position}`);
    this.position = position;
  }
}

const word = /[A-Za-z0-9_]+/y;

class InsightsReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readWhole(): InsightsQuery {
    this.#takeWords("SELECT");
    const selected = this.#readFunction();
    this.#take("(");
    const metricName = this.#readName("the name of a metric");
    this.#take(")");
    this.#takeWords("FROM");
    const source = this.#readSource();
    const conditions = this.#readConditions();
    const groupBy = this.#readGroupBy();
    const orderBy = this.#readOrderBy();
    const limit = this.#readLimit();
    this.#skipSpace();
    if (this.#position < this.#text.length) throw this.#expected("the end of the query");
    return {
      function: selected,
      metricName,
      ...source,
      conditions,
      groupBy,
      ...(orderBy === undefined ? {} : { orderBy }),
      ...(limit === undefined ? {} : { limit }),
    };
  }

  #readSource(): Pick<InsightsQuery, "namespace" | "schema"> {
    if (!this.#seesWord("SCHEMA")) return { namespace: this.#readName("a namespace") };
    this.#takeWords("SCHEMA");
    this.#take("(");
    const names = this.#readNames("a namespace or a label");
    this.#take(")");
    const [namespace = "", ...schema] = names;
    return { namespace, schema };
  }

  #readConditions(): readonly InsightsCondition[] {
    const conditions: InsightsCondition[] = [];
    if (!this.#seesWord("WHERE")) return conditions;
    this.#takeWords("WHERE");
    for (;;) {
      const label = this.#readLabel();
      const operator = this.#sees("=") ? "=" : "!=";
      if (!this.#sees(operator)) throw this.#expected("= or !=");
      this.#position += operator.length;
      conditions.push({ label, operator, value: this.#readValue(label) });
      if (!this.#seesWord("AND")) return conditions;
      this.#takeWords("AND");
    }
  }

  #readGroupBy(): readonly string[] {
    if (!this.#seesWord("GROUP")) return [];
    this.#takeWords("GROUP", "BY");
    return this.#readNames("a label");
  }

  #readOrderBy(): InsightsQuery["orderBy"] {
    if (!this.#seesWord("ORDER")) return undefined;
    this.#takeWords("ORDER", "BY");
    const ordering = this.#readFunction();
    this.#take("(");
    this.#take(")");
    const descending = this.#seesWord("DESC");
    if (descending) this.#takeWords("DESC");
    else if (this.#seesWord("ASC")) this.#takeWords("ASC");
    return { function: ordering, descending };
  }

  #readLimit(): number | undefined {
    if (!this.#seesWord("LIMIT")) return undefined;
    this.#takeWords("LIMIT");
    const limit = Number(this.#peekWord());
    if (!Number.isInteger(limit) || limit < 1 || limit > insightsLimits.series) {
      throw this.#expected(`a number from 1 to ${insightsLimits.series}`);
    }
    this.#position += this.#peekWord().length;
    return limit;
  }

  #readFunction(): InsightsFunction {
    const name = this.#peekWord().toUpperCase();
    const found = insightsFunctions.find((candidate) => candidate === name);
    if (found === undefined) throw this.#expected(insightsFunctions.join(", "));
    this.#position += name.length;
    return found;
  }

  #readNames(expected: string): readonly string[] {
    const names = [this.#readLabel(expected)];
    while (this.#sees(",")) {
      this.#position++;
      names.push(this.#readLabel(expected));
    }
    return names;
  }

  /** `AWS.AccountId` is a label without quotes; labels that are tags of resources are not known here. */
  #readLabel(expected = "a label"): string {
    const name = this.#readName(expected);
    if (name.startsWith("tag.") || (name === "tag" && this.#sees("."))) {
      throw this.#problem("tags of resources are not supported");
    }
    if (name !== "AWS" || !this.#sees(".")) return name;
    this.#position++;
    return `AWS.${this.#readName(expected)}`;
  }

  #readName(expected: string): string {
    this.#skipSpace();
    if (this.#text[this.#position] === '"') return this.#readQuoted('"');
    const name = this.#peekWord();
    if (name === "" || reservedWords.has(name.toUpperCase())) throw this.#expected(expected);
    this.#position += name.length;
    return name;
  }

  #readValue(label: string): string {
    if (label === accountLabel && this.#seesWord("CURRENT_ACCOUNT_ID")) {
      this.#takeWords("CURRENT_ACCOUNT_ID");
      this.#take("(");
      this.#take(")");
      return currentAccount;
    }
    if (!this.#sees("'")) throw this.#expected("a value in single quotes");
    return this.#readQuoted("'");
  }

  #readQuoted(quote: string): string {
    const start = this.#position;
    let content = "";
    for (let index = start + 1; index < this.#text.length; index++) {
      const character = this.#text.charAt(index);
      if (character === quote) {
        this.#position = index + 1;
        if (content === "") throw this.#problem("a name or value must not be empty");
        return content;
      }
      content += character === "\\" ? this.#text.charAt(++index) : character;
    }
    throw this.#expected(`a closing ${quote}`);
  }

  #peekWord(): string {
    this.#skipSpace();
    word.lastIndex = this.#position;
    return word.exec(this.#text)?.[0] ?? "";
  }

  #seesWord(wanted: string): boolean {
    return this.#peekWord().toUpperCase() === wanted;
  }

  #takeWords(...words: readonly string[]): void {
    for (const wanted of words) {
      if (!this.#seesWord(wanted)) throw this.#expected(wanted);
      this.#position += wanted.length;
    }
  }

  #sees(sign: string): boolean {
    this.#skipSpace();
    return this.#text.startsWith(sign, this.#position);
  }

  #take(sign: string): void {
    if (!this.#sees(sign)) throw this.#expected(`'${sign}'`);
    this.#position += sign.length;
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#position] ?? "")) this.#position++;
  }

  #expected(expected: string): InsightsSyntaxError {
    return this.#problem(`expected ${expected}`);
  }

  #problem(problem: string): InsightsSyntaxError {
    return new InsightsSyntaxError(problem, this.#position);
  }
}
