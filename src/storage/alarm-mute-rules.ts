// Alarm mute rules in state, and which alarms they mute at an instant.
import type { ActiveMute, Circumstances } from "../core/alarms/alarm-change.ts";
import {
  activeSpan,
  muteStatus,
  parseMuteSchedule,
  type MuteSchedule,
  type MuteStatus,
} from "../core/alarms/mute-schedule.ts";
import { alarmScope, type AlarmWorld } from "./alarms.ts";
import type { Collection, Document, State } from "./state.ts";

export interface AlarmMuteRule {
  readonly name: string;
  readonly arn: string;
  readonly description?: string;
  readonly schedule: MuteSchedule;
  readonly alarmNames: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly updatedAt: number;
}

export const muteRuleArn = ({ account, region }: AlarmWorld, name: string) =>
  `arn:aws:cloudwatch:${region}:${account}:alarm-mute-rule:${name}`;

export function muteRulesOf(state: State): Collection<AlarmMuteRule> {
  return state.collection<AlarmMuteRule>("alarm-mute-rules");
}

const pageSize = 500;

/** Every rule of a world, in the order of names. */
export async function allMuteRules(
  state: State,
  world: AlarmWorld,
): Promise<readonly Document<AlarmMuteRule>[]> {
  const found: Document<AlarmMuteRule>[] = [];
  for (;;) {
    const last = found.at(-1);
    const page = await muteRulesOf(state).list(alarmScope(world), {
      ...(last === undefined ? {} : { after: { key: last.key } }),
      limit: pageSize,
    });
    found.push(...page);
    if (page.length < pageSize) return found;
  }
}

/** Rules are checked before they are stored, so one that cannot be read is no longer in force. */
export function muteRuleStatus({ schedule }: AlarmMuteRule, now: number): MuteStatus {
  const parsed = parseMuteSchedule(schedule);
  return parsed === undefined ? "EXPIRED" : muteStatus(schedule, parsed, now);
}

/** The alarms that are muted by their names, each with the first rule that does it. */
export async function mutedAlarms(
  state: State,
  world: AlarmWorld,
  now: number,
): Promise<ReadonlyMap<string, ActiveMute>> {
  const muted = new Map<string, ActiveMute>();
  for (const { value: rule } of await allMuteRules(state, world)) {
    const parsed = parseMuteSchedule(rule.schedule);
    const span = parsed === undefined ? undefined : activeSpan(rule.schedule, parsed, now);
    if (span === undefined) continue;
    for (const name of rule.alarmNames) {
      if (!muted.has(name)) muted.set(name, { ...span, ruleArn: rule.arn });
    }
  }
  return muted;
}

/** What of it decides whether an alarm's actions are performed. */
export function muteOf(
  muted: ReadonlyMap<string, ActiveMute>,
  name: string,
): Pick<Circumstances, "isMuted" | "mutedBy"> {
  const mutedBy = muted.get(name);
  return mutedBy === undefined ? { isMuted: false } : { isMuted: true, mutedBy };
}
