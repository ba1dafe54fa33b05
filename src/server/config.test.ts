// Where settings come from, which one wins, and what every mistake is answered with.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readConfig, type ConfigSources } from "./config.ts";
import { renderSettingsTable, settings, variableOf } from "./config-settings.ts";
import { flagOf, renderOptions } from "./options.ts";

function read(sources: Partial<ConfigSources> & { file?: unknown } = {}) {
  const { file, ...rest } = sources;
  const text = typeof file === "string" ? file : JSON.stringify(file);
  const readFile = (path: string) => (path === "groundwatch.json" ? text : undefined);
  return readConfig({ words: [], environment: {}, readFile, ...rest });
}

function configOf(sources: Parameters<typeof read>[0]) {
  const request = read(sources);
  if (request.help) throw new Error("help was asked for");
  return request.config;
}

test("without anything every setting has its default", () => {
  expect(configOf({})).toEqual({
    port: 4_600,
    host: "127.0.0.1",
    data: "./data",
    account: "000000000000",
    region: "us-east-1",
    auth: "off",
    clock: "system",
    test: false,
    agent: true,
    detailed: false,
    xrayUdpPort: 2_000,
    emfPort: 25_888,
    syslogPort: 0,
    agentConfig: undefined,
    clickhouseUrl: undefined,
    postgresUrl: undefined,
    masterKeyFile: undefined,
    trustedProxies: "loopback",
    streamTargets: undefined,
    smtpFrom: "groundwatch@localhost",
    logLevel: "info",
    json: false,
    accessKeys: [],
  });
});

test("flags win over variables, variables over the file, the file over defaults", () => {
  const file = { port: 1, region: "eu-west-1", detailed: true, data: "file" };
  const environment = {
    GROUNDWATCH_PORT: "2",
    GROUNDWATCH_REGION: "eu-west-2",
    GROUNDWATCH_AGENT: "off",
    HOME: "/",
  };
  const config = configOf({ file, environment, words: ["--port", "3", "--test", "--no-detailed"] });
  const { port, region, detailed, data, agent, test: isTest } = config;
  expect({ port, region, detailed, data, agent, isTest }).toEqual({
    port: 3,
    region: "eu-west-2",
    detailed: false,
    data: "file",
    agent: false,
    isTest: true,
  });
});

test("access keys come from the file", () => {
  const key = { accessKeyId: "AKIAABCDEFGHIJKLMNOP", secretAccessKey: "s", account: "123456789012" };
  const file = { auth: "iam", accessKeys: [key, { ...key, userName: "ann" }] };
  expect(configOf({ file }).accessKeys).toEqual([
    { ...key, userName: undefined },
    { ...key, userName: "ann" },
  ]);
});

test("an address of the network needs signatures; loopback does not", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost"]) {
    expect(configOf({ words: ["--host", host] }).host).toBe(host);
  }
  expect(configOf({ words: ["--host=0.0.0.0", "--auth=iam"] }).host).toBe("0.0.0.0");
});

describe("a mistake is one line with the mend", () => {
  const key = { accessKeyId: "AKIAABCDEFGHIJKLMNOP", secretAccessKey: "s", account: "123456789012" };
  const cases: readonly (readonly [Parameters<typeof read>[0], string])[] = [
    [{ words: ["--prot", "1"] }, "unknown flag --prot: did you mean --port?"],
    [{ words: ["--no-port"] }, "unknown flag --no-port: known are --port, --host, "],
    [{ words: ["--port"] }, "--port needs a value, as in --port PORT"],
    [{ words: ["--port", "--json"] }, "--port needs a value, as in --port PORT"],
    [{ words: ["--port", "65536"] }, '--port must be a whole number from 0 to 65535, not "65536"'],
    [{ words: ["--port", "1", "--port=2"] }, "--port is given twice: leave one of them out"],
    [{ words: ["--test=maybe"] }, '--test must be true or false, not "maybe"'],
    [{ words: ["--auth", "none"] }, '--auth must be off or iam, not "none"'],
    [{ words: ["--account", "12"] }, '--account must be an account id of 12 digits, not "12"'],
    [{ words: ["start"] }, 'serve takes only flags, not "start": see groundwatch serve --help'],
    [
      { words: ["--config", "missing.json"] },
      "the configuration file missing.json cannot be read: name another",
    ],
    [{ words: ["--host", "0.0.0.0"] }, "--host 0.0.0.0 is open to the network and needs --auth iam"],
    [{ words: ["--host", "example.org"] }, "--host example.org is open to the network and needs --auth iam"],
    [{ environment: { GROUNDWATCH_CLOCK: "x" } }, 'GROUNDWATCH_CLOCK must be system or manual, not "x"'],
    [
      { environment: { GROUNDWATCH_PROT: "1" } },
      "unknown environment variable GROUNDWATCH_PROT: did you mean",
    ],
    [{ file: { prot: 1 } }, "groundwatch.json: unknown key prot: did you mean port?"],
    [{ file: { port: "x" } }, 'groundwatch.json: port must be a whole number from 0 to 65535, not "x"'],
    [{ file: { port: [1] } }, "groundwatch.json: port must be a text, a number or true or false"],
    [{ file: { __proto__x: 1 } }, "groundwatch.json: unknown key __proto__x: known are"],
    [{ file: "{" }, "groundwatch.json is not JSON: "],
    [{ file: [] }, 'groundwatch.json must hold a JSON object, like {"port": 4600}'],
    [{ file: { accessKeys: {} } }, "groundwatch.json: accessKeys must be a list of objects"],
    [{ file: { accessKeys: [{ ...key, account: "1" }] } }, "groundwatch.json: accessKeys[0].account must be"],
    [
      { file: { accessKeys: [{ ...key, acount: "1" }] } },
      "groundwatch.json: accessKeys[0]: unknown key acount",
    ],
  ];
  test.each(cases)("%j", (sources, message) => {
    let thrown: unknown;
    try {
      read(sources);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: "UsageError", message: expect.stringContaining(message) });
    expect((thrown as Error).message).not.toContain("\n");
  });
});

test("variables of this project's tests are no settings", () => {
  expect(configOf({ environment: { GROUNDWATCH_TEST_POSTGRES_URL: "x", GROUNDWATCH_TEST: "1" } }).test).toBe(
    true,
  );
});

test("help names every setting", () => {
  expect(read({ words: ["--help"] })).toEqual({ help: true });
  const help = renderOptions(settings);
  const table = renderSettingsTable();
  for (const name of Object.keys(settings)) {
    expect(help.replaceAll("[no-]", "")).toContain(`  ${flagOf(name)}`);
    expect(table).toContain(`\`${variableOf(name)}\` | \`${name}\``);
  }
  expect(help).toContain("(default 4600)");
});

test("the README has the table of settings as it is", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const between = /<!-- settings -->\n([^]*?)<!-- \/settings -->/.exec(readme)?.[1] ?? "";
  const unpadded = (table: string) => table.trim().replace(/ +/g, " ").replace(/-{3,}/g, "---");
  expect(unpadded(between)).toBe(unpadded(renderSettingsTable()));
});
