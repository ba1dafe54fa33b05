// The mounted file systems of /proc/mounts, and how full they are.
import type { HostDatum } from "./datum.ts";

export interface Mount {
  readonly device: string;
  readonly path: string;
  readonly fileSystem: string;
}

/** What `statfs` says of a mount point. */
export interface FileSystemUse {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  /** Free for users without privileges. */
  readonly availableBlocks: number;
  readonly inodes: number;
  readonly freeInodes: number;
}

/** File systems of the kernel's own, and those over a network, where asking may take for ever. */
const ignoredFileSystems: ReadonlySet<string> = new Set(
  (
    "autofs binfmt_misc bpf cgroup cgroup2 cifs configfs debugfs devpts devtmpfs efivarfs " +
    "fusectl hugetlbfs mqueue nfs nfs4 nsfs overlay proc pstore ramfs rpc_pipefs " +
    "securityfs smb3 squashfs sysfs tmpfs tracefs"
  ).split(" "),
);

const maxMounts = 64;

/** A device that is mounted at several places counts once, at its first. */
export function parseMounts(mounts: string): readonly Mount[] {
  const found = new Map<string, Mount>();
  for (const line of mounts.split("\n")) {
    const [device = "", path = "", fileSystem = ""] = line.split(" ").map(unescapeOctal);
    const isIgnored = ignoredFileSystems.has(fileSystem) || fileSystem.startsWith("fuse.");
    if (fileSystem === "" || isIgnored || found.has(device)) continue;
    found.set(device, { device, path, fileSystem });
  }
  return [...found.values()].slice(0, maxMounts);
}

/** Spaces and backslashes in names are written as `\040` and `\134`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The share that is used leaves out what is kept for the superuser, as `df` does. */
export function diskMetrics(mount: Mount, use: FileSystemUse): readonly HostDatum[] {
  const { blockBytes, blocks, freeBlocks, availableBlocks, inodes, freeInodes } = use;
  if (blocks === 0) return [];
  const dimensions = {
    path: mount.path,
    device: mount.device.replace(/^\/dev\//, ""),
    fstype: mount.fileSystem,
  };
  const datum = (name: string, unit: HostDatum["unit"], value: number) => ({ name, unit, value, dimensions });
  const usedBlocks = blocks - freeBlocks;
  return [
    datum("disk_free", "Bytes", availableBlocks * blockBytes),
    datum("disk_total", "Bytes", blocks * blockBytes),
    datum("disk_used", "Bytes", usedBlocks * blockBytes),
    datum("disk_used_percent", "Percent", (100 * usedBlocks) / Math.max(1, usedBlocks + availableBlocks)),
    datum("disk_inodes_free", "Count", freeInodes),
    datum("disk_inodes_total", "Count", inodes),
    datum("disk_inodes_used", "Count", inodes - freeInodes),
  ];
}
