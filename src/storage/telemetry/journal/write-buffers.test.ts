// Buffers are written whole, also where the system takes a part of them at a time.
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { type BufferFile, writeBuffers } from "./write-buffers.ts";

const anyBuffers = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 5 });

test.prop([anyBuffers, fc.nat(30)], { numRuns: 40 })(
  "everything once, in its order",
  async (parts, taken) => {
    const buffers = parts.map((part) => Buffer.from(part));
    const whole = Buffer.concat(buffers);
    const folder = await mkdtemp(join(tmpdir(), "groundwatch-write-buffers-"));
    const file = await open(join(folder, "file"), "w");
    const reluctant: BufferFile = {
      writev: (given) => file.writev([Buffer.concat(given).subarray(0, taken)]),
      writeFile: (rest) => file.writeFile(rest),
    };
    expect(await writeBuffers(reluctant, buffers)).toBe(whole.length);
    await file.close();
    expect(await readFile(join(folder, "file"))).toEqual(whole);
    await rm(folder, { recursive: true });
  },
);
