// Functions that write labels.
import { textAt, vector, vectorAt, type PromqlFunction } from "../function.ts";
import { labelOf, withLabel } from "../labels.ts";
import { PromqlError } from "../promql-error.ts";
import { anchoredRegex, type PromqlRegex } from "../regex.ts";

function checkLabel(label: string, problem: string): void {
  if (label === "") throw new PromqlError(`${problem}: ""`);
}

const reference = /\$(?:(\$)|\{(\w+)\}|(\w+))/g;

/** `$1`, `${1}` and `$name` stand for groups, `$$` for a dollar; a group that is not there is empty. */
function expand(
  replacement: string,
  groups: readonly (string | undefined)[],
  names: PromqlRegex["names"],
): string {
  return replacement.replaceAll(reference, (_, dollar?: string, braced?: string, plain?: string) => {
    if (dollar !== undefined) return dollar;
    const name = braced ?? plain ?? "";
    const index = /^\d+$/.test(name) ? Number(name) : Object.hasOwn(names, name) ? names[name] : undefined;
    return index === undefined ? "" : (groups[index] ?? "");
  });
}

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#label_replace */
export const labelFunctions: readonly PromqlFunction[] = [
  {
    name: "label_replace",
    takes: ["instant vector", "string", "string", "string", "string"],
    gives: "instant vector",
    summary: "Writes a label from what a regular expression finds in another.",
    evaluate: (given, { compileRegex }) => {
      const [target, replacement, source] = [textAt(given, 1), textAt(given, 2), textAt(given, 3)];
      const regex = compileRegex(anchoredRegex(textAt(given, 4)));
      if (typeof regex === "string") {
        throw new PromqlError(`invalid regular expression in label_replace(): ${textAt(given, 4)}`);
      }
      checkLabel(target, "invalid destination label name in label_replace()");
      return vector(
        vectorAt(given, 0).map((sample) => {
          const groups = regex.match(labelOf(sample.labels, source));
          if (groups === undefined) return sample;
          const written = expand(replacement, groups, regex.names);
          return { labels: withLabel(sample.labels, target, written), value: sample.value };
        }),
      );
    },
  },
  {
    name: "label_join",
    takes: ["instant vector", "string", "string", "string"],
    optional: 1,
    repeats: true,
    gives: "instant vector",
    summary: "Writes a label from others, with a text between them.",
    evaluate: (given) => {
      const [target, separator] = [textAt(given, 1), textAt(given, 2)];
      const sources = given.slice(3).map((_, index) => textAt(given, index + 3));
      checkLabel(target, "invalid destination label name in label_join()");
      for (const source of sources) checkLabel(source, "invalid source label name in label_join()");
      return vector(
        vectorAt(given, 0).map(({ labels, value }) => {
          const joined = sources.map((source) => labelOf(labels, source)).join(separator);
          return { labels: withLabel(labels, target, joined), value };
        }),
      );
    },
  },
];
