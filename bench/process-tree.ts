// What a process and its children cost: CPU time and memory, read from /proc.
import { readdirSync, readFileSync } from "node:fs";

/** Linux counts CPU time in ticks of 10 ms (`getconf CLK_TCK` is 100 on every platform Node runs on). */
const msPerTick = 10;

export interface TreeUse {
  /** User and system time since the start, in milliseconds. */
  readonly cpuMs: number;
  /** The part of it that the children used: the engine. */
  readonly childCpuMs: number;
  readonly residentBytes: number;
  /** The part of the resident bytes that no file backs: what cannot be given back under pressure. */
  readonly anonymousBytes: number;
  /** The children's part of that. */
  readonly childAnonymousBytes: number;
}

/** Adds up a process and all its descendants that live now. */
export function useOf(rootPid: number): TreeUse {
  let cpuMs = 0;
  let childCpuMs = 0;
  let residentBytes = 0;
  let anonymousBytes = 0;
  let childAnonymousBytes = 0;
  for (const pid of treeOf(rootPid)) {
    const fields = statFields(pid);
    if (fields === undefined) continue;
    const ofProcessMs = (Number(fields[11]) + Number(fields[12])) * msPerTick;
    cpuMs += ofProcessMs;
    if (pid !== rootPid) childCpuMs += ofProcessMs;
    const status = read(`/proc/${pid}/status`);
    residentBytes += kilobytes(status, "VmRSS") * 1024;
    const ofProcessBytes = kilobytes(status, "RssAnon") * 1024;
    anonymousBytes += ofProcessBytes;
    if (pid !== rootPid) childAnonymousBytes += ofProcessBytes;
  }
  return { cpuMs, childCpuMs, residentBytes, anonymousBytes, childAnonymousBytes };
}

/**
 * The memory that a process and its descendants occupy: a page of a file that several of them have mapped is
 * there once, while the resident bytes of each process count it again. Of the same part of a file it is the
 * process that has most of it.
 */
export function occupiedBytes(rootPid: number): number {
  let own = 0;
  const shared = new Map<string, number>();
  for (const pid of treeOf(rootPid)) {
    for (const { place, residentBytes } of mappingsOf(pid)) {
      if (place === undefined) own += residentBytes;
      else shared.set(place, Math.max(shared.get(place) ?? 0, residentBytes));
    }
  }
  return [...shared.values()].reduce((sum, bytes) => sum + bytes, own);
}

/** The pages of each mapping that no other process can have are apart from those of a file. */
function mappingsOf(pid: number): readonly { readonly place?: string; readonly residentBytes: number }[] {
  const texts = read(`/proc/${pid}/smaps`).split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return texts.flatMap((text) => {
    const [, offset, path] = /^\S+ \S+ (\S+) \S+ \S+ +(\/.*)$/m.exec(text) ?? [];
    const residentBytes = kilobytes(text, "Rss") * 1024;
    const anonymousBytes = kilobytes(text, "Anonymous") * 1024;
    const ofFile = { residentBytes: residentBytes - anonymousBytes };
    const place = path === undefined ? {} : { place: `${path}@${offset}` };
    return [{ residentBytes: anonymousBytes }, { ...ofFile, ...place }];
  });
}

/** Waits until the merges are done: less than 5 % of a core over a second, for at most half a minute. */
export async function settled(pid: number): Promise<void> {
  for (let second = 0; second < 30; second++) {
    const before = useOf(pid).cpuMs;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    if (useOf(pid).cpuMs - before < 50) return;
  }
}

function treeOf(rootPid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const fields = /^\d+$/.test(name) ? statFields(Number(name)) : undefined;
    if (fields !== undefined) parents.set(Number(name), Number(fields[1]));
  }
  const tree = [rootPid];
  for (const pid of tree) {
    for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  }
  return tree;
}

/**
 * The fields of /proc/PID/stat behind the command name: state, parent, ... user time is the 12th, system the
 * 13th.
 */
function statFields(pid: number): readonly string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text === "" ? undefined : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // the process has ended since it was listed
  }
}
