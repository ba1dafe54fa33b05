// `anomaly`: the patterns that come more often than usual, or for the first time.
import type { Command } from "../query-tree.ts";
import { commandPage, type CommandDefinition } from "./define.ts";
import { findPatterns } from "./pattern.ts";

type Anomaly = Extract<Command, { kind: "anomaly" }>;

/** Stands behind `pattern`; without that it looks at the patterns of `@message`. */
export const anomaly: CommandDefinition<Anomaly> = {
  name: "anomaly",
  doc: commandPage("Anomaly"),
  parse: (reader, start) => ({ kind: "anomaly", span: reader.spanFrom(start) }),
  print: () => "anomaly",
  compile({ span }, compiler) {
    const { pipeline } = compiler;
    const place = { kind: "field", steps: ["@message"], span } as const;
    const patterns = pipeline.patterns ?? findPatterns(compiler, place);
    pipeline.changePatterns(patterns.findAnomalies());
  },
};
