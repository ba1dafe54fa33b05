// What the event that an action is told says of its alarm, for services that want it in another form.
import type { ContributorIdentity } from "../alarm.ts";

/** An action, of which `body` is the event that functions get (`action-message.ts`). */
export interface PerformedAction {
  readonly actionArn: string;
  readonly alarmName: string;
  readonly alarmArn: string;
  readonly state: string;
  /** Epoch milliseconds. */
  readonly stateUpdatedAt: number;
  readonly body: string;
  readonly contributor?: ContributorIdentity;
}

export interface AlarmFacts {
  readonly region: string;
  readonly reason: string;
  /** The machine that the alarm watches; undefined when it watches none. */
  readonly instanceId: string | undefined;
  /** The newest datapoint, and what it is compared with. */
  readonly value: number | undefined;
  readonly threshold: number | undefined;
}

interface FunctionEvent {
  readonly region?: string;
  readonly alarmData?: {
    readonly state?: { readonly reason?: string; readonly reasonData?: string };
    readonly configuration?: {
      readonly metrics?: readonly {
        readonly metricStat?: { readonly metric?: { readonly dimensions?: Labels } };
      }[];
    };
  };
}

type Labels = Readonly<Record<string, string>>;

export function alarmFactsOf({ body, contributor }: PerformedAction): AlarmFacts {
  const { region = "", alarmData = {} } = JSON.parse(body) as FunctionEvent;
  const dimensions = (alarmData.configuration?.metrics ?? []).map(
    (query) => query.metricStat?.metric?.dimensions ?? {},
  );
  const labels = contributor === undefined ? dimensions : [contributor.attributes];
  return {
    region,
    reason: alarmData.state?.reason ?? "",
    instanceId: labels.map(instanceOf).find((id) => id !== undefined),
    ...comparedValues(alarmData.state?.reasonData),
  };
}

/** EC2 names a machine by its id, the agent by the name of the host. */
export function instanceOf(labels: Labels): string | undefined {
  return labels["InstanceId"] ?? labels["host"];
}

function comparedValues(reasonData: string | undefined): Pick<AlarmFacts, "value" | "threshold"> {
  const { recentDatapoints, results, threshold } = parsedReason(reasonData);
  return { value: recentDatapoints?.at(-1) ?? results?.[0]?.value, threshold };
}

interface ReasonData {
  readonly recentDatapoints?: readonly number[];
  /** Of a log alarm, the newest first. */
  readonly results?: readonly { readonly value: number }[];
  readonly threshold?: number;
}

/** Callers of SetAlarmState may give any text. */
function parsedReason(reasonData = "{}"): ReasonData {
  try {
    const parsed: unknown = JSON.parse(reasonData);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
