// Which accounts share what they have with which: a monitoring account reads its source accounts.

/**
 * AWS links accounts by sinks and links, of a service that is not here, and so the server is told.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Unified-Cross-Account.html
 */
export interface LinkedAccounts {
  /** The source accounts of a monitoring account, sorted; none for any other account. */
  sourcesOf(monitoring: string): readonly string[];
  /** Whether an account may read what another one has; every account may read its own. */
  mayRead(reader: string, owner: string): boolean;
}

/** Why nothing can be read of an account. */
export const notLinked = (account: string) => `The account ${account} is not linked to this account.`;

/** `MONITORING=SOURCE,SOURCE;MONITORING=...`, each an account id of 12 digits. */
export const linkedAccountsPattern = /^\d{12}=\d{12}(,\d{12})*(;\d{12}=\d{12}(,\d{12})*)*$/;

/** Nobody is linked where nothing is given. `text` matches the pattern. */
export function parseLinkedAccounts(text: string | undefined): LinkedAccounts {
  const sources = new Map<string, readonly string[]>();
  for (const entry of text?.split(";") ?? []) {
    const [monitoring = "", list = ""] = entry.split("=");
    const all = [...(sources.get(monitoring) ?? []), ...list.split(",")];
    sources.set(monitoring, [...new Set(all)].filter((account) => account !== monitoring).sort());
  }
  const sourcesOf = (monitoring: string) => sources.get(monitoring) ?? [];
  return {
    sourcesOf,
    mayRead: (reader, owner) => reader === owner || sourcesOf(reader).includes(owner),
  };
}
