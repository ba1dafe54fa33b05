// `npm run bench:compare A B [-- NAME ...]`: the benchmarks of two commits in turn, with each change against
// the noise.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const rounds = 3;
const [before, after, ...rest] = process.argv.slice(2);
if (before === undefined || after === undefined) {
  console.error("usage: npm run bench:compare COMMIT COMMIT [SCENARIO ...] (HEAD~1 HEAD, for example)");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "groundwatch-compare-"));
const checkouts = [before, after].map((commit, index) => checkOut(commit, join(folder, String(index))));
/** Figure name to the values of both commits, round by round. */
const figures = new Map();
try {
  for (let round = 0; round < rounds; round++) {
    checkouts.forEach((root, index) => {
      for (const figure of run(root)) {
        const entry = figures.get(figure.name) ?? { unit: figure.unit, values: [[], []] };
        entry.values[index].push(figure.value);
        figures.set(figure.name, entry);
      }
    });
  }
  for (const [name, { unit, values }] of figures) console.log(line(name, unit, values[0], values[1]));
} finally {
  for (const root of checkouts) execFileSync("git", ["worktree", "remove", "--force", root]);
  rmSync(folder, { recursive: true, force: true });
}

function checkOut(commit, root) {
  execFileSync("git", ["worktree", "add", "--detach", root, commit], { stdio: "ignore" });
  const sameDependencies =
    execFileSync("git", ["diff", "--name-only", commit, "--", "package-lock.json"], { encoding: "utf8" }) ===
    "";
  if (sameDependencies) symlinkSync(join(process.cwd(), "node_modules"), join(root, "node_modules"));
  else execFileSync("npm", ["ci"], { cwd: root, stdio: "ignore" });
  execFileSync("npx", ["tsc", "-b"], { cwd: root, stdio: "inherit" });
  const bundle = join(root, "scripts/bundle.mjs");
  if (existsSync(bundle)) execFileSync(process.execPath, [bundle], { cwd: root, stdio: "inherit" });
  return root;
}

/** The load client is always this checkout's, so that both commits meet the same load. */
function run(root) {
  const words = ["dist/bench/bench/main.js", "--json", "--root", root, ...rest];
  return execFileSync(process.execPath, words, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] })
    .trim()
    .split("\n")
    .map((text) => JSON.parse(text));
}

/** A change is real when the two ranges do not overlap; otherwise it is within the noise of this machine. */
function line(name, unit, a, b) {
  const median = (values) => values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)];
  const apart = Math.max(...a) < Math.min(...b) || Math.max(...b) < Math.min(...a);
  const change = ((median(b) - median(a)) / Math.abs(median(a) || 1)) * 100;
  const verdict = apart ? `${change > 0 ? "+" : ""}${change.toFixed(1)} %` : "within the noise";
  const [old, now] = [a, b].map((values) => median(values).toFixed(1).padStart(12));
  return `${name.padEnd(48)} ${old} -> ${now} ${unit}  ${verdict}`;
}
