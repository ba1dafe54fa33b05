// Status checks of this machine, as EC2 reports them of an instance: is it fit for work, and is its hardware?
import type { HostDatum } from "./datum.ts";
import type { MemoryReading } from "./memory.ts";

export interface StatusReadings {
  /** /proc/mounts */
  readonly mounts: string;
  readonly memory: MemoryReading;
  /** Errors of memory that were not corrected since the machine started, by memory controller. */
  readonly uncorrectedMemoryErrors: readonly number[];
  /** /sys/class/net/INTERFACE/operstate of the interfaces that are devices. */
  readonly linkStates: readonly string[];
}

/** A machine with less of its memory to give no longer does its work. */
const leastAvailableShare = 0.01;

/**
 * 1 for a check that failed, 0 for one that did not; `StatusCheckFailed` is that of both. From within, a
 * machine can say this much: the instance is impaired when the kernel has made a file system read-only
 * because of errors, or when memory is used up; the system when memory is defective, or when no network
 * device has a link. A machine that is off says nothing: alarms on these metrics should treat missing data
 * as breaching.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html
 */
export function statusCheckMetrics(readings: StatusReadings): readonly HostDatum[] {
  const instance = hasFailedFileSystem(readings.mounts) || isOutOfMemory(readings.memory);
  const isDefective = readings.uncorrectedMemoryErrors.some((count) => count > 0);
  const { linkStates } = readings;
  const system = isDefective || (linkStates.length > 0 && linkStates.every((state) => state === "down"));
  return [
    failed("StatusCheckFailed", instance || system),
    failed("StatusCheckFailed_Instance", instance),
    failed("StatusCheckFailed_System", system),
  ];
}

/** One that is read-only and meant to be so says nothing of errors. */
function hasFailedFileSystem(mounts: string): boolean {
  return mounts.split("\n").some((line) => {
    const [device = "", , , text = ""] = line.split(" ");
    const options = new Set(text.split(","));
    const isFailed = options.has("emergency_ro") || (options.has("ro") && options.has("errors=remount-ro"));
    return isFailed && device.startsWith("/dev/");
  });
}

function isOutOfMemory(memory: MemoryReading): boolean {
  const total = memory.get("MemTotal");
  const available = memory.get("MemAvailable");
  return total !== undefined && available !== undefined && available < total * leastAvailableShare;
}

function failed(name: string, isFailed: boolean): HostDatum {
  return { name, unit: "Count", value: isFailed ? 1 : 0, dimensions: {} };
}
