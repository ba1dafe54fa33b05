// Regular expressions of users, run by an engine whose time grows with the text and no faster.
import { RE2JS, RE2JSSyntaxException } from "re2js";
import type { CompileRegex, Regex, RegexGroups } from "../core/logs/transformers/define.ts";

export const compileRe2: CompileRegex = (source) => {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return error.message;
    throw error;
  }
  const groupCount = compiled.groupCount();
  const groupsOf = (matcher: ReturnType<RE2JS["matcher"]>): RegexGroups =>
    Array.from({ length: groupCount + 1 }, (_, index) => matcher.group(index) ?? undefined);
  const regex: Regex = {
    groupCount,
    names: compiled.namedGroups(),
    match(text) {
      const matcher = compiled.matcher(text);
      return matcher.find() ? groupsOf(matcher) : undefined;
    },
    replace(text, replacement) {
      const matcher = compiled.matcher(text);
      let replaced = "";
      let rest = 0;
      while (matcher.find()) {
        replaced += text.slice(rest, matcher.start()) + replacement(groupsOf(matcher));
        rest = matcher.end();
      }
      return replaced + text.slice(rest);
    },
  };
  return regex;
};
