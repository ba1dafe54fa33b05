// Tables that queries look up in: uploaded as comma-separated values, or made of the results of a query.
import {
  LimitExceededException,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import { parseCsv, printCsv, type CsvTable } from "../../core/insights/csv.ts";
import type { LookupTable } from "../../core/insights/scope.ts";
import { openDocument, sealDocument } from "../../storage/encryption/sealed-document.ts";
import type { Document } from "../../storage/state.ts";
import { modelled } from "../../wire/service.ts";
import type { Input, LogsContext, Output } from "./context.ts";
import { aborted, invalidParameter, parseToken, printToken } from "./errors.ts";
import { requireKey } from "./kms-keys.ts";
import { queryLimits } from "./query-limits.ts";
import { scopeOf } from "./stored-groups.ts";
import { lookupTablesIn, type StoredTable } from "./stored-lookup-tables.ts";
import { checkTags } from "./tags.ts";

const bucket = "log-lookup-tables";

const tablesIn = ({ dependencies }: LogsContext) => lookupTablesIn(dependencies.state);

export const lookupTableArn = (name: string, { call }: LogsContext) =>
  `arn:aws:logs:${call.region}:${call.account}:lookup-table:${name}`;

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLookupTable.html */
export async function createLookupTable(
  input: Input<"CreateLookupTable">,
  context: LogsContext,
): Promise<Output<"CreateLookupTable">> {
  requireOneContent(input);
  const { lookupTableName: name, description, kmsKeyId } = input;
  const tags = input.tags && checkTags(input.tags);
  const tables = tablesIn(context);
  const scope = scopeOf(context);
  if ((await tables.count(scope)) >= queryLimits.lookupTables) {
    throw modelled(LimitExceededException, "The limit of lookup tables has been reached.");
  }
  const table = await tableOf(input, context);
  const stored = await store(table, name, { description, kmsKeyId, tags }, context);
  if (!(await tables.create(scope, name, stored))) {
    await context.dependencies.blobs.delete(bucket, stored.body);
    throw modelled(ResourceAlreadyExistsException, `The lookup table ${name} already exists.`);
  }
  return { lookupTableArn: lookupTableArn(name, context), createdAt: context.call.now };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UpdateLookupTable.html */
export async function updateLookupTable(
  input: Input<"UpdateLookupTable">,
  context: LogsContext,
): Promise<Output<"UpdateLookupTable">> {
  requireOneContent(input);
  const { key, value, version } = await requireTable(input.lookupTableArn, context);
  const { description = value.description, kmsKeyId = value.kmsKeyId } = input;
  const table = await tableOf(input, context);
  const stored = await store(table, key, { description, kmsKeyId, tags: value.tags }, context);
  if (!(await tablesIn(context).replace(scopeOf(context), key, stored, version))) throw aborted();
  await context.dependencies.blobs.delete(bucket, value.body);
  return { lookupTableArn: lookupTableArn(key, context), lastUpdatedTime: context.call.now };
}

/** `kmsKeyId` is the ARN of the key that seals the cells. */
export interface TableDescription {
  readonly description?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/**
 * What a scheduled query has found becomes a table, or takes the place of its rows; what the query does not
 * say of a table stays as it is, and so do its tags.
 * @throws InvalidParameterException for nothing that was found, when there is no table yet.
 */
export async function putLookupTable(
  name: string,
  found: CsvTable,
  { description, kmsKeyId, tags }: TableDescription,
  context: LogsContext,
): Promise<string> {
  const before = await tablesIn(context).get(scopeOf(context), name);
  const isEmpty = found.columns.length === 0;
  if (isEmpty && before === undefined)
    throw invalidParameter("The query has found nothing to make a table of.");
  const table = isEmpty ? { columns: before?.value.columns ?? [], rows: [] } : found;
  const described = {
    description: description ?? before?.value.description,
    kmsKeyId: kmsKeyId ?? before?.value.kmsKeyId,
    tags: before === undefined ? tags : before.value.tags,
  };
  const stored = await store(table, name, described, context);
  await tablesIn(context).put(scopeOf(context), name, stored);
  if (before !== undefined) await context.dependencies.blobs.delete(bucket, before.value.body);
  return lookupTableArn(name, context);
}

async function store(
  table: CsvTable,
  name: string,
  { description, kmsKeyId, tags }: TableDescription,
  context: LogsContext,
): Promise<StoredTable> {
  if (kmsKeyId !== undefined) await requireKey(kmsKeyId, lookupTableArn(name, context), context);
  const { state, blobs, logEncryption } = context.dependencies;
  const bytes = Buffer.from(printCsv(table));
  if (bytes.length > queryLimits.lookupTableBytes) {
    throw invalidParameter(`A lookup table has at most ${queryLimits.lookupTableBytes} bytes.`);
  }
  const number = await state.nextNumber("log-lookup-tables");
  const body = `${scopeOf(context)}/${name}/${number}.csv`;
  const sealed = kmsKeyId === undefined ? bytes : sealDocument(logEncryption.keyring, kmsKeyId, bytes, body);
  await blobs.put(bucket, body, sealed);
  return {
    ...(description === undefined ? {} : { description }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    ...(tags === undefined ? {} : { tags }),
    columns: table.columns,
    rows: table.rows.length,
    bytes: bytes.length,
    updatedAt: context.call.now,
    body,
  };
}

type Content = Pick<Input<"CreateLookupTable">, "tableBody" | "queryId">;

function requireOneContent({ tableBody, queryId }: Content): void {
  if ((tableBody === undefined) === (queryId === undefined)) {
    throw invalidParameter("Exactly one of tableBody and queryId must be specified.");
  }
}

async function tableOf({ tableBody, queryId }: Content, context: LogsContext): Promise<CsvTable> {
  if (tableBody !== undefined) {
    const table = parseCsv(tableBody);
    if ("problem" in table) throw invalidParameter(`The table body is not valid CSV: ${table.problem}.`);
    return table;
  }
  const id = queryId ?? "";
  const run = await context.queries.find(scopeOf(context), id);
  if (run === undefined) throw modelled(ResourceNotFoundException, `Query ${id} does not exist.`);
  if (run.status !== "Complete") throw invalidParameter(`Query ${id} is not complete.`);
  return tableOfRows(await context.queries.results(scopeOf(context), id, run.status));
}

/** The columns are those of all rows together; what a row has not is an empty cell. */
export function tableOfRows(
  rows: readonly (readonly (readonly [field: string, value: string])[])[],
): CsvTable {
  const columns = [...new Set(rows.flatMap((row) => row.map(([field]) => field)))].filter(
    (field) => field !== "@ptr",
  );
  return {
    columns,
    rows: rows.map((row) => {
      const values = new Map(row);
      return columns.map((column) => values.get(column) ?? "");
    }),
  };
}

async function requireTable(arn: string, context: LogsContext): Promise<Document<StoredTable>> {
  const name = /:lookup-table:([^:]+)$/.exec(arn)?.[1] ?? "";
  const found =
    arn === lookupTableArn(name, context) ? await tablesIn(context).get(scopeOf(context), name) : undefined;
  if (found === undefined) {
    throw modelled(ResourceNotFoundException, `The lookup table ${arn} does not exist.`);
  }
  return found;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLookupTable.html */
export async function getLookupTable(
  input: Input<"GetLookupTable">,
  context: LogsContext,
): Promise<Output<"GetLookupTable">> {
  const { key, value } = await requireTable(input.lookupTableArn, context);
  return {
    lookupTableArn: lookupTableArn(key, context),
    lookupTableName: key,
    description: value.description,
    tableBody: await bodyOf(value, context),
    kmsKeyId: value.kmsKeyId,
    sizeBytes: value.bytes,
    lastUpdatedTime: value.updatedAt,
  };
}

/** @throws KeyUnavailableError */
async function bodyOf({ body }: StoredTable, { dependencies }: LogsContext): Promise<string> {
  const keyring = await dependencies.logEncryption.currentKeyring();
  const stored = (await dependencies.blobs.get(bucket, body)) ?? new Uint8Array();
  return openDocument(keyring, stored, body).toString();
}

const isKey = (value: unknown): value is string => typeof value === "string";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLookupTables.html */
export async function describeLookupTables(
  input: Input<"DescribeLookupTables">,
  context: LogsContext,
): Promise<Output<"DescribeLookupTables">> {
  const { lookupTableNamePrefix: prefix, nextToken } = input;
  const limit = input.maxResults ?? queryLimits.lookupTablePage;
  const found = await tablesIn(context).list(scopeOf(context), {
    limit: limit + 1,
    ...(prefix === undefined ? {} : { prefix }),
    ...(nextToken === undefined ? {} : { after: { key: parseToken(nextToken, isKey) } }),
  });
  const page = found.slice(0, limit);
  return {
    lookupTables: page.map(({ key, value }) => ({
      lookupTableArn: lookupTableArn(key, context),
      lookupTableName: key,
      description: value.description,
      tableFields: [...value.columns],
      recordsCount: value.rows,
      kmsKeyId: value.kmsKeyId,
      sizeBytes: value.bytes,
      lastUpdatedTime: value.updatedAt,
    })),
    ...(found.length > limit ? { nextToken: printToken(page.at(-1)?.key) } : {}),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLookupTable.html */
export async function deleteLookupTable(
  input: Input<"DeleteLookupTable">,
  context: LogsContext,
): Promise<Output<"DeleteLookupTable">> {
  const { key, value, version } = await requireTable(input.lookupTableArn, context);
  if (!(await tablesIn(context).delete(scopeOf(context), key, version))) throw aborted();
  await context.dependencies.blobs.delete(bucket, value.body);
  return {};
}

/**
 * The tables of these names with their rows, and the keys that they need; those that are not there are left
 * out.
 */
export async function readLookupTables(
  names: readonly string[],
  context: LogsContext,
): Promise<{ readonly tables: ReadonlyMap<string, LookupTable>; readonly keyArns: readonly string[] }> {
  const stored = await tablesIn(context).getMany(scopeOf(context), [...new Set(names)]);
  const tables = new Map<string, LookupTable>();
  for (const { key, value } of stored) {
    const table = parseCsv(await bodyOf(value, context));
    if (!("problem" in table)) tables.set(key, table);
  }
  return { tables, keyArns: stored.flatMap(({ value }) => value.kmsKeyId ?? []) };
}
