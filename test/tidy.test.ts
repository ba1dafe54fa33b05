// The house rules that neither compiler nor linter checks, over every source file of the repository.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "");

const sources = files
  .filter((path) => /^(src|test|bench|scripts)\/.*\.(ts|mjs)$/.test(path))
  .flatMap((path) => {
    try {
      return [{ path, text: readFileSync(`${root}/${path}`, "utf8") }];
    } catch {
      return []; // deleted in the working tree, not yet in the index
    }
  });

interface Rule {
  readonly name: string;
  readonly appliesTo: (path: string) => boolean;
  /** The reasons for which a file breaks the rule, each with its line. */
  readonly violations: (text: string) => readonly string[];
}

const isTest = (path: string) => /\.(test|contract)\.ts$/.test(path) || path.startsWith("test/");
const isLimitsData = (path: string) => /^src\/services\/[^/]+\/limits\.ts$/.test(path);

function lines(text: string, broken: (line: string) => boolean): readonly string[] {
  return text.split("\n").flatMap((line, index) => (broken(line) ? [`${index + 1}: ${line.trim()}`] : []));
}

const thisFile = "test/tidy.test.ts";

const rules: readonly Rule[] = [
  {
    name: "a file has at most 400 lines",
    appliesTo: (path) => !isLimitsData(path),
    violations: (text) => (text.split("\n").length > 401 ? [`${text.split("\n").length - 1} lines`] : []),
  },
  {
    name: "a line has at most 110 characters",
    appliesTo: (path) => !isLimitsData(path),
    violations: (text) => lines(text, (line) => line.length > 110 && !/https?:\/\//.test(line)),
  },
  {
    name: "a file opens with one sentence that says what it is for",
    appliesTo: () => true,
    violations: (text) => (/^(#!.*\n)?\/\/ \S/.test(text) ? [] : ["no opening comment"]),
  },
  {
    name: "time comes from the clock that is passed in",
    appliesTo: (path) => path.startsWith("src/") && !isTest(path) && path !== "src/server/system-clock.ts",
    violations: (text) => lines(text, (line) => /\bDate\.now\(|new Date\(\)|\bperformance\.now\(/.test(line)),
  },
  {
    name: "the core knows neither chance nor the process",
    appliesTo: (path) => path.startsWith("src/core/") && !isTest(path),
    violations: (text) =>
      lines(text, (line) => /Math\.random|from "node:|\bprocess\.|from "[^."]/.test(line)),
  },
  {
    name: "nothing is left for later",
    appliesTo: (path) => path !== thisFile,
    violations: (text) =>
      lines(text, (line) => /\b(TODO|FIXME|XXX|HACK)\b|not implemented yet|\bas any\b/.test(line)),
  },
  {
    name: "no test is switched off without its reason",
    appliesTo: (path) => isTest(path) && path !== thisFile,
    violations: (text) =>
      lines(text, (line) => /\b(it|test|describe)\.(skip|todo|only)\(/.test(line) && !/reason:/.test(line)),
  },
];

describe("house rules", () => {
  for (const rule of rules) {
    test(rule.name, () => {
      const broken = sources
        .filter(({ path }) => rule.appliesTo(path))
        .flatMap(({ path, text }) => rule.violations(text).map((reason) => `${path}:${reason}`));
      expect(broken).toEqual([]);
    });
  }

  test("file names are kebab-case", () => {
    const name = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/;
    expect(
      sources.map(({ path }) => path).filter((path) => !name.test(path.split("/").at(-1) ?? "")),
    ).toEqual([]);
  });

  test("no bundle, dependency or secret is committed", () => {
    expect(
      files.filter((path) => /(^|\/)(node_modules|dist|data)\//.test(path) || /\.(pem|key)$/.test(path)),
    ).toEqual([]);
  });
});
