// A measurement of this machine, as it is sent to CloudWatch.

export type HostUnit = "Bytes" | "Count" | "Milliseconds" | "Percent";

/** Named and dimensioned as the CloudWatch agent does: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-collected-by-CloudWatch-agent.html */
export interface HostDatum {
  readonly name: string;
  readonly unit: HostUnit;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The difference of two readings of a counter; undefined when it began anew in between. */
export function increase(before: number | undefined, after: number): number | undefined {
  return before === undefined || after < before ? undefined : after - before;
}

/** The same for each counter of each thing (a device, an interface); things that are new have none. */
export function increases<Name extends string>(
  before: ReadonlyMap<string, Readonly<Record<NoInfer<Name>, number>>>,
  after: ReadonlyMap<string, Readonly<Record<NoInfer<Name>, number>>>,
  metrics: Readonly<Record<Name, readonly [metric: string, unit: HostUnit]>>,
  dimension: string,
): readonly HostDatum[] {
  return [...after].flatMap(([thing, counters]) =>
    (Object.keys(metrics) as Name[]).flatMap((counter) => {
      const value = increase(before.get(thing)?.[counter], counters[counter]);
      const [name, unit] = metrics[counter];
      return value === undefined ? [] : [{ name, unit, value, dimensions: { [dimension]: thing } }];
    }),
  );
}
