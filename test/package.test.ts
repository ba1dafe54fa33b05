// The package as others use it: its name leads to the client of the own service.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url);

test("the package's name gives the client", () => {
  const program = 'console.log(Object.keys(await import("groundwatch")).sort().join())';
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd: root });
  expect(printed.toString().trim()).toBe("GroundwatchClient,GroundwatchServiceError");
});

test("what the package points at is in it", () => {
  const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
    types: string;
    bin: { groundwatch: string };
    files: readonly string[];
  };
  for (const path of [manifest.types, manifest.bin.groundwatch]) {
    expect(manifest.files).toContain(path.replace(/^\.\//, "").split("/")[0]);
    expect(readFileSync(new URL(path, root), "utf8")).not.toBe("");
  }
});

test("the licences of the packages that were joined into the program are beside it", () => {
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const licences = readFileSync(new URL("dist/program/THIRD_PARTY.txt", root), "utf8");
  const named = new Set([...licences.matchAll(/^(\S+) \d\S+ \(.+\)$/gm)].map(([, name]) => name));
  const program = readdirSync(new URL("dist/program/", root))
    .filter((file) => file.endsWith(".js"))
    .map((file) => readFileSync(new URL(`dist/program/${file}`, root), "utf8"))
    .join("\n");
  for (const name of Object.keys(dependencies)) {
    const isImported = new RegExp(`(?:from |import\\(|resolve\\(|require\\()"${name}[/"]`).test(program);
    expect({ name, isJoined: named.has(name) }).toEqual({ name, isJoined: !isImported });
  }
});

test("the lock file has the packages of every platform, wherever it was written", () => {
  const { packages } = JSON.parse(readFileSync(new URL("package-lock.json", root), "utf8")) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const absent = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );
  expect(absent).toEqual([]);
});
