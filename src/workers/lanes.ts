// Keeps a target that does not answer from taking all the attempts that may be under way.

const laneLimits = {
  /** Attempts at a target that let earlier ones wait. */
  attemptsPerSlowTarget: 4,
  /** An attempt that takes longer shows that its target is slow. */
  slowMs: 5_000,
  slowTargets: 10_000,
} as const;

export interface Lanes {
  /** Undefined when there is no room; what it gives is to be called at the end. */
  enter(target: string): (() => void) | undefined;
}

/** @param stopwatch Milliseconds from any origin. */
export function createLanes(stopwatch: () => number): Lanes {
  const slow = new Set<string>();
  const inside = new Map<string, number>();
  return {
    enter(target) {
      const before = inside.get(target) ?? 0;
      if (slow.has(target) && before >= laneLimits.attemptsPerSlowTarget) return undefined;
      const enteredMs = stopwatch();
      inside.set(target, before + 1);
      return () => {
        const left = (inside.get(target) ?? 1) - 1;
        if (left === 0) inside.delete(target);
        else inside.set(target, left);
        if (slow.size >= laneLimits.slowTargets) slow.clear();
        if (stopwatch() - enteredMs > laneLimits.slowMs) slow.add(target);
        else slow.delete(target);
      };
    },
  };
}
