// Joins the compiled files into a few, dist/program: a start reads a dozen of them instead of eight hundred.
import { rolldown } from "rolldown";

const bundle = await rolldown({
  input: {
    groundwatch: "dist/bin/groundwatch.js",
    // Started as a process and as a thread, by their names beside the rest.
    main: "dist/storage/telemetry/engine/main.js",
    "png-worker": "dist/services/cloudwatch/png-worker.js",
  },
  platform: "node",
  // Packages stay what they are, with their licences, where npm has put them.
  external: /^[^./]/,
});
await bundle.write({ dir: "dist/program", format: "esm", cleanDir: true });
await bundle.close();
