// The signing key: its certificate is one that others can read, and proves what was signed.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVerify, X509Certificate } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { createSigning } from "./signing.ts";
import { openSqliteState } from "./state/sqlite.ts";

const folder = mkdtempSync(join(tmpdir(), "groundwatch-signing-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("signatures of both versions hold, and the key outlives a restart", async () => {
  const file = join(folder, "state.sqlite");
  const now = () => Date.parse("2026-11-02T12:00:00Z");
  const state = await openSqliteState(file);
  const signing = createSigning(state, now);
  const { name, pem } = await signing.certificate();
  expect(name).toMatch(/^SimpleNotificationService-[\da-f]{32}\.pem$/);
  const certificate = new X509Certificate(pem);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.subject).toBe("CN=sns.groundwatch");
  expect(Date.parse(certificate.validFrom)).toBeLessThan(now());
  expect(Date.parse(certificate.validTo)).toBeGreaterThan(now() + 9 * 365 * 86_400_000);
  for (const [version, algorithm] of [
    ["1", "RSA-SHA1"],
    ["2", "RSA-SHA256"],
  ] as const) {
    const signature = await signing.sign("text", version);
    const verify = (text: string) =>
      createVerify(algorithm).update(text).verify(certificate.publicKey, signature, "base64");
    expect([verify("text"), verify("other")]).toEqual([true, false]);
  }
  await state.close();
  const again = await openSqliteState(file);
  expect(await createSigning(again, now).certificate()).toEqual({ name, pem });
  await again.close();
});
