// Matches methods and paths to restJson1 operations: literals before labels, labels before greedy labels.
import type { Operation, ServiceModel } from "./shapes.ts";

export interface PathTrie {
  /** `path` is as sent: it is split first and decoded after, because labels may hold `%2F`. */
  find(method: string, path: string): Operation | undefined;
}

interface Node {
  readonly literals: Map<string, Node>;
  label: Node | undefined;
  readonly operations: Map<string, Operation>;
  readonly greedyOperations: Map<string, Operation>;
}

export function createPathTrie(model: ServiceModel): PathTrie {
  const root = emptyNode();
  for (const operation of model.operations.values()) {
    if (operation.http !== undefined) insert(root, operation, operation.http.method, operation.http.path);
  }
  return { find: (method, path) => search(root, method, segmentsOf(path), 0) };
}

/** The segments of a path or pattern, without its query string and without a slash at its end. */
export function segmentsOf(path: string): readonly string[] {
  const [plain = ""] = path.split("?", 1);
  const segments = plain.split("/").slice(1);
  if (segments.at(-1) === "") segments.pop();
  return segments;
}

function emptyNode(): Node {
  return { literals: new Map(), label: undefined, operations: new Map(), greedyOperations: new Map() };
}

function insert(root: Node, operation: Operation, method: string, path: string): void {
  let node = root;
  for (const segment of segmentsOf(path)) {
    if (segment.endsWith("+}")) {
      node.greedyOperations.set(method, operation);
      return;
    }
    node = segment.startsWith("{") ? (node.label ??= emptyNode()) : child(node, segment);
  }
  node.operations.set(method, operation);
}

function child(node: Node, segment: string): Node {
  const existing = node.literals.get(segment);
  if (existing !== undefined) return existing;
  const made = emptyNode();
  node.literals.set(segment, made);
  return made;
}

function search(node: Node, method: string, path: readonly string[], depth: number): Operation | undefined {
  const segment = path[depth];
  if (segment === undefined) return node.operations.get(method);
  const literal = node.literals.get(segment);
  const byLiteral = literal && search(literal, method, path, depth + 1);
  if (byLiteral !== undefined) return byLiteral;
  const byLabel = segment !== "" && node.label ? search(node.label, method, path, depth + 1) : undefined;
  return byLabel ?? node.greedyOperations.get(method);
}
