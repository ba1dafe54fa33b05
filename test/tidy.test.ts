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
  /** Texts that break it, so that a rule that sees nothing is seen. */
  readonly broken: readonly string[];
}

const isTest = (path: string) => /\.(test|contract)\.ts$/.test(path) || path.startsWith("test/");
const isLimitsData = (path: string) => /^src\/services\/[^/]+\/limits\.ts$/.test(path);

function lines(text: string, broken: (line: string) => boolean): readonly string[] {
  return text.split("\n").flatMap((line, index) => (broken(line) ? [`${index + 1}: ${line.trim()}`] : []));
}

/** Calls, references and imports of what tells the time of the machine. */
const otherTime = new RegExp(
  [
    String.raw`\bDate\.now\b`,
    String.raw`\bnew Date(\(\s*\)|\s*[;,)])`,
    String.raw`(?<![\w.])Date\(\)`,
    String.raw`\bperformance\.|perf_hooks|\bTemporal\.`,
  ].join("|"),
);

const thisFile = "test/tidy.test.ts";

const rules: readonly Rule[] = [
  {
    name: "a file has at most 400 lines",
    appliesTo: (path) => !isLimitsData(path),
    violations: (text) => (text.split("\n").length > 401 ? [`${text.split("\n").length - 1} lines`] : []),
    broken: ["\n".repeat(401)],
  },
  {
    name: "a line has at most 110 characters",
    appliesTo: (path) => !isLimitsData(path),
    violations: (text) => lines(text, (line) => line.length > 110 && !/https?:\/\//.test(line)),
    broken: ["a".repeat(111)],
  },
  {
    name: "a file opens with one sentence that says what it is for",
    appliesTo: () => true,
    violations: (text) => (/^(#!.*\n)?\/\/ \S/.test(text) ? [] : ["no opening comment"]),
    broken: ['import "./a.ts";\n// What it is for.'],
  },
  {
    name: "time comes from the clock that is passed in",
    appliesTo: (path) => path.startsWith("src/") && !isTest(path) && path !== "src/server/system-clock.ts",
    violations: (text) => lines(text, (line) => otherTime.test(line)),
    broken: [
      "const at = Date.now();",
      "const now = Date.now;",
      "new Date()",
      "const date = new Date;",
      "const text = Date();",
      "performance.now()",
      "performance.timeOrigin",
      'import { performance } from "node:perf_hooks";',
      "Temporal.Now.instant()",
    ],
  },
  {
    // A duration that supervises the engine may come from there: it is no instant.
    name: "durations come from the stopwatch of the clock",
    appliesTo: (path) =>
      path.startsWith("src/") && !isTest(path) && path !== "src/storage/telemetry/permits.ts",
    violations: (text) => lines(text, (line) => /\bhrtime\b/.test(line)),
    broken: ["process.hrtime.bigint()"],
  },
  {
    name: "the core knows neither chance nor the process, and imports nothing from outside",
    appliesTo: (path) => path.startsWith("src/core/") && !isTest(path),
    violations: (text) =>
      lines(text, (line) => /Math\.random|\bprocess\.|\b(?:from |import |import\()"(?!\.)/.test(line)),
    broken: [
      "Math.random()",
      "process.env",
      'import { RE2JS } from "re2js";',
      'import "node:fs";',
      'await import("re2js")',
    ],
  },
  {
    name: "services do not import each other",
    appliesTo: (path) => /^src\/services\/[^/]+\//.test(path),
    violations: (text) => lines(text, (line) => /"\.\.\/[a-z-]+\//.test(line)),
    broken: ['import { topics } from "../sns/topics.ts";', 'await import("../xray/index.ts")'],
  },
  {
    // The compiler lets a project import whatever its references import.
    name: "the client imports the wire and the schema of its own service only",
    appliesTo: (path) => path.startsWith("src/client/") && !isTest(path),
    violations: (text) => lines(text, (line) => /"\.\.\/(?!wire\/|services\/groundwatch\/schema)/.test(line)),
    broken: ['import { openDataFolder } from "../storage/data-folder.ts";'],
  },
  {
    name: "nothing is left for later",
    appliesTo: (path) => path !== thisFile,
    violations: (text) =>
      lines(text, (line) => /\b(TODO|FIXME|XXX|HACK)\b|not implemented yet|\bas any\b/.test(line)),
    broken: ["// TODO: later", "value as any"],
  },
  {
    name: "no test is switched off without its reason",
    appliesTo: (path) => isTest(path) && path !== thisFile,
    violations: (text) =>
      lines(text, (line) => /\b(it|test|describe)\.(skip|todo|only)\(/.test(line) && !/reason:/.test(line)),
    broken: ['test.only("a", () => undefined);'],
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

  test.each(rules)("$name: what breaks it is seen", ({ violations, broken }) => {
    expect(broken.filter((text) => violations(text).length === 0)).toEqual([]);
  });

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
