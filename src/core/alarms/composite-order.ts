// In which order composite alarms are decided, and which of them can never be: those on a cycle.

export interface CompositeOrder {
  /** Children stand before the alarms whose rules refer to them. */
  readonly order: readonly string[];
  /** Alarms that depend on themselves, over others or directly, and all that depend on these. */
  readonly cyclic: ReadonlySet<string>;
}

/**
 * `children` has the composite alarms by name with the names that their rules refer to; names of other alarms
 * among these do not matter. CloudWatch stops evaluating alarms on a cycle:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
export function orderComposites(children: ReadonlyMap<string, readonly string[]>): CompositeOrder {
  const waitingFor = new Map<string, number>();
  const parents = new Map<string, string[]>();
  for (const [name, of] of children) {
    const composites = new Set(of.filter((child) => children.has(child)));
    waitingFor.set(name, composites.size);
    for (const child of composites) {
      const list = parents.get(child) ?? [];
      parents.set(child, list);
      list.push(name);
    }
  }
  const order = [...children.keys()].filter((name) => waitingFor.get(name) === 0);
  for (const done of order) {
    for (const parent of parents.get(done) ?? []) {
      const left = (waitingFor.get(parent) ?? 0) - 1;
      waitingFor.set(parent, left);
      if (left === 0) order.push(parent);
    }
  }
  const ordered = new Set(order);
  return { order, cyclic: new Set([...children.keys()].filter((name) => !ordered.has(name))) };
}
