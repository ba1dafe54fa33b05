// Paths with wild cards, as the agent's `file_path` has them.

/**
 * `*` and `?` stop at slashes, `**` does not, `[...]` and `{a,b}` choose.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
 */
export function compileGlob(glob: string): RegExp {
  let source = "";
  let alternatives = 0;
  for (const [token] of glob.matchAll(/\*\*\/?|\*|\?|\[[^\]]+\]|\{|\}|,|[^]/g)) {
    if (token === "**/") source += "(?:.*/)?";
    else if (token === "**") source += ".*";
    else if (token === "*") source += "[^/]*";
    else if (token === "?") source += "[^/]";
    else if (token.startsWith("[")) source += token.replace(/^\[!/, "[^").replaceAll("\\", "\\\\");
    else if (token === "{" || (token === "}" && alternatives > 0)) {
      alternatives += token === "{" ? 1 : -1;
      source += token === "{" ? "(?:" : ")";
    } else if (token === "," && alternatives > 0) source += "|";
    else source += token.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  }
  return new RegExp(`^${source}${")".repeat(alternatives)}$`);
}

/** The folder in which to begin to look: everything before the first part with a wild card. */
export function baseFolder(glob: string): string {
  const parts = glob.split("/").slice(0, -1);
  const wild = parts.findIndex((part) => /[*?[{]/.test(part));
  return (wild < 0 ? parts : parts.slice(0, wild)).join("/") || "/";
}

/** Whether files can be further down than in the base folder itself. */
export function looksBelow(glob: string): boolean {
  return glob
    .split("/")
    .slice(0, -1)
    .some((part) => /[*?[{]/.test(part));
}
