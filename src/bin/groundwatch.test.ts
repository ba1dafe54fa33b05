// The command line as a person meets it, built by `npm run build`: processes of their own, what they print,
// and the codes they end with.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, describe, expect, test, vi } from "vitest";

const entry = fileURLToPath(new URL("../../dist/program/groundwatch.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "groundwatch-bin-"));
/** Without what a person has set, and without the ports of the server that the person may run. */
const clean = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GROUNDWATCH|AWS)_/.test(name))),
  GROUNDWATCH_EMF_PORT: "0",
  GROUNDWATCH_XRAY_UDP_PORT: "0",
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(...words: string[]) {
  const child = spawn(process.execPath, [entry, ...words], { env: clean, cwd: folder });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = await once(child, "close");
  return { code: code as number, output, errors };
}

async function takenPort(): Promise<{ port: number; close: () => void }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return { port: address.port, close: () => server.close() };
}

describe("words", () => {
  test("help lists the commands, and each command has its own", async () => {
    const { code, output } = await run("--help");
    expect(code).toBe(0);
    for (const command of ["serve", "tail", "query", "explain", "backtest", "doctor", "help", "version"]) {
      expect(output).toMatch(new RegExp(`^  ${command} .*\\w`, "m"));
    }
    expect((await run("serve", "--help")).output).toContain("--xray-udp-port PORT");
    expect((await run("help", "query")).output).toContain("--since TIME");
    expect((await run("version", "--json")).output).toMatch(/^\{"version":"\d+\.\d+\.\d+"\}\n$/);
    expect((await run("version", "--help")).output).toMatch(/^usage: groundwatch version\n/);
    const { output: lines } = await run("help", "--json");
    expect(JSON.parse(lines.split("\n")[0] ?? "")).toMatchObject({ command: "serve", takes: "[flags]" });
    expect((await run()).output).toBe(output);
  });

  test("mistakes are one line with the mend, and exit code 2", async () => {
    const cases: readonly (readonly [string[], string])[] = [
      [["sevre"], "groundwatch: unknown command sevre: did you mean serve?\n"],
      [
        ["demo"],
        "groundwatch: unknown command demo: known are serve, tail, query, explain, backtest, doctor, help, " +
          "version\n",
      ],
      [["help", "sevre"], "groundwatch: unknown command sevre: did you mean serve?\n"],
      [["version", "--jsno"], "groundwatch: unknown flag --jsno: did you mean --json?\n"],
      [["serve", "--prot", "1"], "groundwatch: unknown flag --prot: did you mean --port?\n"],
      [["query"], "groundwatch: query needs a log group: see groundwatch query --help\n"],
      [
        ["tail", "g", "a", "b"],
        'groundwatch: tail takes one pattern, not "b" as well: put the pattern in quotes\n',
      ],
    ];
    for (const [words, message] of cases)
      expect(await run(...words)).toEqual({ code: 2, output: "", errors: message });
    const { errors } = await run("serve", "--json", "--port", "x");
    expect(JSON.parse(errors)).toEqual({ error: '--port must be a whole number from 0 to 65535, not "x"' });
  });

  test("without a server, query says how to get one", async () => {
    const { port, close } = await takenPort();
    close();
    const { code, errors } = await run("query", "g", "--endpoint", `http://127.0.0.1:${port}`);
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^groundwatch: no server answers at http:\/\/127\.0\.0\.1:\d+: start one with .*\n$/,
    );
  });
});

describe("serve", () => {
  async function serve(...flags: string[]) {
    const words = [entry, "serve", "--port", "0", "--no-agent", ...flags];
    const child = spawn(process.execPath, words, { env: clean, cwd: folder });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const exited = once(child, "exit");
    const [line] = await Promise.race([once(child.stdout, "data"), exited]);
    return { child, exited, line: String(line), errors: () => errors };
  }

  test("prints one line, answers, refuses a second one on its folder, stops on SIGTERM", async () => {
    const { child, exited, line } = await serve("--json", "--data", "data");
    const { event, url, pid } = JSON.parse(line) as { event: string; url: string; pid: number };
    expect({ event, pid }).toEqual({ event: "listening", pid: child.pid });
    expect((await fetch(`${url}/_groundwatch/health`)).status).toBe(200);

    const second = await run("serve", "--port", "0", "--data", "data");
    expect(second).toMatchObject({ code: 1, output: "" });
    expect(second.errors).toContain(`in use by process ${pid}: stop it, or choose another with --data\n`);

    const doctor = await run("doctor", "--json", "--data", "data", "--port", new URL(url).port);
    const findings = doctor.output
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as Record<string, string>);
    expect(doctor.code).toBe(0);
    expect(findings.find(({ check }) => check === "server")).toMatchObject({ verdict: "ok" });
    expect(findings.find(({ check }) => check === "data folder")).toMatchObject({
      verdict: "ok",
      detail: expect.stringMatching(/is in use by process \d+$/),
    });
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(["groundwatch", "node", "system", "data folder", "disk"]),
    );

    child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  });

  test("says in a sentence where it is and how to point the AWS CLI at it", async () => {
    const { child, exited, line } = await serve("--data", "data");
    expect(line).toMatch(/^Groundwatch is at (http:\/\/127\.0\.0\.1:\d+); try: aws --endpoint-url \1 .*\n$/);
    child.kill("SIGINT");
    expect(await exited).toEqual([0, null]);
  });

  test("a port that is taken is one line, and doctor sees it before", async () => {
    const { port, close } = await takenPort();
    const { code, errors } = await run("serve", "--port", String(port), "--data", "data");
    expect({ code, errors }).toEqual({
      code: 1,
      errors: `groundwatch: port ${port} is taken: stop what uses it, or choose another one with --port\n`,
    });
    const doctor = await run("doctor", "--port", String(port), "--data", "data");
    expect(doctor.code).toBe(1);
    expect(doctor.output).toMatch(/^fail {2}port .*EADDRINUSE.*choose another with --port$/m);
    expect(doctor.output).toMatch(/^ok {4}syslog port +turned off$/m);

    // A listener beside the API is done without, so this is no failure.
    const beside = await run("doctor", "--emf-port", String(port), "--port", "0", "--data", "data");
    expect(beside.code).toBe(0);
    expect(beside.output).toMatch(/^warn {2}EMF port .*TCP and UDP.*EADDRINUSE.*another with --emf-port$/m);
    expect(beside.output).toMatch(/^ok {4}X-Ray port +turned off$/m);
    close();
  });

  test("query prints what matches in a range of time, and tail what comes, each event once", async () => {
    const { child, exited, line } = await serve("--json", "--data", "data");
    const { url } = JSON.parse(line) as { url: string };
    const logs = new CloudWatchLogs({
      endpoint: url,
      region: "us-east-1",
      credentials: { accessKeyId: "000000000000", secretAccessKey: "any" },
    });
    const place = { logGroupName: "group", logStreamName: "stream" };
    await logs.createLogGroup(place);
    await logs.createLogStream(place);
    const put = (timestamp: number, ...messages: string[]) =>
      logs.putLogEvents({ ...place, logEvents: messages.map((message) => ({ timestamp, message })) });
    const now = Date.now();
    await put(now - 7_200_000, "old ERROR");
    await put(now - 60_000, "first ERROR", "first fine", "second ERROR");

    const endpoint = ["--endpoint", url];
    const time = new Date(now - 60_000).toISOString();
    expect(await run("query", "group", "ERROR", ...endpoint)).toEqual({
      code: 0,
      output: `${time} stream first ERROR\n${time} stream second ERROR\n`,
      errors: "",
    });
    const old = await run("query", "group", "--since", "3h", "--end", "1h", "--json", ...endpoint);
    expect(JSON.parse(old.output)).toMatchObject({ message: "old ERROR", timestamp: now - 7_200_000 });
    expect(await run("query", "group", "--limit", "1", ...endpoint)).toEqual({
      code: 0,
      output: `${time} stream first ERROR\n`,
      errors: "groundwatch: stopped behind 1 event: ask for more with --limit, or a later --start\n",
    });
    expect(await run("query", "group", "ERROR", "--limit", "2", ...endpoint)).toMatchObject({
      output: `${time} stream first ERROR\n${time} stream second ERROR\n`,
      errors: "",
    });
    expect(await run("query", "nowhere", ...endpoint)).toMatchObject({
      code: 1,
      errors: "groundwatch: ResourceNotFoundException: The specified log group does not exist.\n",
    });
    expect(await run("query", "group", "--since", "soon", ...endpoint)).toMatchObject({
      code: 2,
      errors: expect.stringContaining("--start must be a time ago like 10m"),
    });

    const tail = spawn(process.execPath, [entry, "tail", "group", "ERROR", "--since", "5m", ...endpoint], {
      env: clean,
    });
    let printed = "";
    tail.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    await vi.waitFor(() => expect(printed).toContain("second ERROR"), { timeout: 10_000 });
    await put(Date.now(), "third ERROR", "third fine");
    await vi.waitFor(() => expect(printed).toContain("third ERROR"), { timeout: 10_000 });
    await put(Date.now(), "last ERROR");
    await vi.waitFor(() => expect(printed).toContain("last ERROR"), { timeout: 10_000 });
    expect(
      printed
        .trim()
        .split("\n")
        .map((text) => text.split(" stream ")[1]),
    ).toEqual(["first ERROR", "second ERROR", "third ERROR", "last ERROR"]);
    tail.kill("SIGINT");
    expect(await once(tail, "exit")).toEqual([0, null]);
    child.kill("SIGTERM");
    await exited;
  }, 60_000);
});
