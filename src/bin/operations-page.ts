// The page docs/operations.md: which operations are served, and what of those is not as AWS has it.
import type { OperationSummary } from "../wire/service.ts";

const opening = `# Operations

Generated from the services themselves by \`npm run docs\`; a test fails when it is out of date.

What is not served answers status 501 with \`NotImplementedException\`, which no SDK repeats, and is recorded
in the audit trail like any other call. The last column says what a served operation refuses, or does
otherwise than AWS, and of some that are not served why.
`;

/** In Markdown; the operations are in the order of the page. */
export function renderOperationsPage(operations: readonly OperationSummary[]): string {
  const services = [...new Set(operations.map(({ service }) => service))].map((service) => ({
    service,
    operations: operations.filter((operation) => operation.service === service),
  }));
  const counts = services.map(
    ({ service, operations }) =>
      `| [${service}](#${service}) | ${served(operations)} | ${operations.length} |`,
  );
  return [
    opening,
    "| service | served | operations |",
    "| --- | --- | --- |",
    ...counts,
    `| together | ${served(operations)} | ${operations.length} |`,
    ...services.flatMap(({ service, operations }) => ["", ...renderService(service, operations)]),
    "",
  ].join("\n");
}

function served(operations: readonly OperationSummary[]): number {
  return operations.filter(({ handled }) => handled).length;
}

function renderService(service: string, operations: readonly OperationSummary[]): readonly string[] {
  const rows = operations.map(({ operation, handled, limitations }) => {
    return `| ${operation} | ${handled ? "yes" : "501"} | ${limitations.join("; ")} |`.replace("|  |", "| |");
  });
  return [`## ${service}`, "", "| operation | served | limitations |", "| --- | --- | --- |", ...rows];
}
