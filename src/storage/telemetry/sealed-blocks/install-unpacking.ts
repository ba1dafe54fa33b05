// Gives the embedded engine the function with which it unpacks blocks of log events.
import { rawSql } from "../../../core/sql.ts";
import type { Telemetry } from "../../telemetry.ts";
import { unpackedType } from "./pack-texts.ts";
import { unpackFunction, unpackModule } from "./unpack-module.ts";

const installed = new WeakMap<Telemetry, Promise<void>>();

/**
 * Compiling the module takes the engine a tenth of a second, so only who has sealed events waits for it. The
 * engine keeps it in its folder, where `restoreModule` looks after it.
 * https://clickhouse.com/docs/sql-reference/functions/wasm_udf
 */
export function installUnpacking(telemetry: Telemetry): Promise<void> {
  const known = installed.get(telemetry);
  if (known !== undefined) return known;
  const installing = install(telemetry);
  installed.set(telemetry, installing);
  installing.catch(() => installed.delete(telemetry)); // the next who asks tries again
  return installing;
}

async function install(telemetry: Telemetry): Promise<void> {
  const found = await telemetry.query(
    rawSql(`SELECT name FROM system.functions WHERE name = '${unpackFunction}'`),
  );
  if (found.length > 0) return;
  const module = unpackModule().toString("hex");
  await telemetry.execute(
    rawSql(
      "INSERT INTO system.webassembly_modules (name, code) " +
        `SELECT '${unpackFunction}', unhex('${module}')`,
    ),
  );
  // The module ends by itself: it need not count its instructions, which would cost it a third more time.
  await telemetry.execute(
    rawSql(
      `CREATE OR REPLACE FUNCTION ${unpackFunction} LANGUAGE WASM ` +
        `FROM '${unpackFunction}' :: 'unpack' ARGUMENTS (packed String) RETURNS ${unpackedType} ` +
        "ABI BUFFERED_V1 SETTINGS serialization_format = 'RowBinary', webassembly_udf_enable_fuel = 0",
    ),
  );
}
