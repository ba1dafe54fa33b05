// The data protection of a group, compiled: what is masked in its events, and where findings are told.
import { RE2JS, RE2JSSyntaxException } from "re2js";
import { compileFinder, type FindAll, type FindSensitive } from "../../core/logs/data-protection/mask.ts";
import {
  parseDataProtectionPolicy,
  type DataProtectionPolicy,
} from "../../core/logs/data-protection/policy.ts";

export interface AuditRule {
  readonly policy: DataProtectionPolicy;
  /** Set for the policy of the account. */
  readonly isOfAccount: boolean;
}

export interface ProtectionRules {
  readonly find: FindSensitive;
  readonly audits: readonly AuditRule[];
}

/** The policy, or what is wrong with it, in words for whoever wrote it. */
export function readProtectionPolicy(document: string): DataProtectionPolicy | string {
  const policy = parseDataProtectionPolicy(document);
  if (typeof policy === "string") return policy;
  for (const [name, source] of policy.custom) {
    try {
      RE2JS.compile(source);
    } catch (error) {
      if (!(error instanceof RE2JSSyntaxException)) throw error;
      return `Invalid data protection policy: the Regex of ${name} cannot be compiled: ${error.message}`;
    }
  }
  return policy;
}

/** All policies apply together; undefined without any. */
export function compileProtection(audits: readonly AuditRule[]): ProtectionRules | undefined {
  if (audits.length === 0) return undefined;
  const identifiers = new Set(audits.flatMap(({ policy }) => [...policy.identifiers]));
  // Account and group may mean different things by one name: both are found.
  const custom = audits.flatMap(({ policy }) =>
    [...policy.custom]
      .filter(([name]) => policy.identifiers.has(name))
      .map(([name, source]): [string, FindAll] => [name, findAll(source)]),
  );
  return { find: compileFinder(identifiers, custom), audits };
}

function findAll(source: string): FindAll {
  const regex = RE2JS.compile(source);
  return (text) => {
    const found: { start: number; end: number }[] = [];
    const matcher = regex.matcher(text);
    while (matcher.find()) {
      if (matcher.end() > matcher.start()) found.push({ start: matcher.start(), end: matcher.end() });
    }
    return found;
  };
}
