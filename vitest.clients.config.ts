import { defineConfig } from "vitest/config";

/** Clients that come from Debian rather than npm (AWS CLI, boto3); `.ci/run` installs them first. */
export default defineConfig({
  test: {
    include: ["test/clients/debian/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
