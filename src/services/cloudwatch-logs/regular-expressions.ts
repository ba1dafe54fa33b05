// Regular expressions that users write, run by an engine whose time grows with the text and no faster.
import { RE2JS, RE2JSSyntaxException } from "re2js";
import type { CompileRegex } from "../../core/logs/filter-pattern/compile.ts";
import { invalidParameter } from "./errors.ts";

/** @throws InvalidParameterException for what is no regular expression. */
export const compileRegex: CompileRegex = (source) => {
  try {
    const regex = RE2JS.compile(source);
    return (text) => regex.matcher(text).find();
  } catch (error) {
    if (error instanceof RE2JSSyntaxException)
      throw invalidParameter(`Invalid regular expression: ${source}`);
    throw error;
  }
};
