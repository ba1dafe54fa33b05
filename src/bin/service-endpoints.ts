// Reads the file that says where the services of AWS are to which this server delivers.
import { readFileSync } from "node:fs";
import { parseServiceEndpoints, type ServiceEndpoints } from "../delivery/service-endpoints.ts";
import { UsageError } from "../server/options.ts";

/**
 * Without a file no service is known.
 * @throws UsageError that names the file
 */
export function readServiceEndpoints(path: string | undefined): ServiceEndpoints {
  if (path === undefined) return {};
  let json: string;
  try {
    json = readFileSync(path, "utf8");
  } catch (error) {
    throw new UsageError(`--service-endpoints ${path} cannot be read: ${String(error)}`);
  }
  const endpoints = parseServiceEndpoints(json);
  if (typeof endpoints === "string") throw new UsageError(`--service-endpoints ${path}: ${endpoints}`);
  return endpoints;
}
