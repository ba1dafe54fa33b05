// Data sources: which kind of logs a group holds, as its tags say.

export interface DataSource {
  readonly name: string;
  /** Empty without the tag. */
  readonly type: string;
}

type Tags = Readonly<Record<string, string>>;

/**
 * Names of AWS's own services are not given by tags.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/custom-data-sources.html
 */
export function dataSourceOf(tags: Tags): DataSource | undefined {
  const name = tags["cw:datasource:name"];
  if (name === undefined || name === "" || /^(aws|amazon)/i.test(name)) return undefined;
  return { name, type: tags["cw:datasource:type"] ?? "" };
}

interface WantedDataSource {
  readonly name: string | undefined;
  readonly type?: string | undefined;
}

/** Whether a group is of one of these data sources; every group is when none is given. */
export function isOfDataSources(tags: Tags, wanted: readonly WantedDataSource[] | undefined): boolean {
  if (wanted === undefined) return true;
  const source = dataSourceOf(tags);
  return wanted.some(({ name, type }) => source?.name === name && (type ?? source?.type) === source?.type);
}
