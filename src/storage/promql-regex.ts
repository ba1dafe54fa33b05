// The regular expressions of PromQL, run by an engine whose time grows with the text and no faster.
import { RE2JS, RE2JSSyntaxException } from "re2js";
import type { CompilePromqlRegex, PromqlRegex } from "../core/promql/regex.ts";

export const compilePromqlRegex: CompilePromqlRegex = (source) => {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.message;
    throw error;
  }
  const groupCount = compiled.groupCount();
  const regex: PromqlRegex = {
    names: compiled.namedGroups(),
    match(text) {
      const matcher = compiled.matcher(text);
      if (!matcher.find()) return undefined;
      return Array.from({ length: groupCount + 1 }, (_, index) => matcher.group(index) ?? undefined);
    },
  };
  return regex;
};
