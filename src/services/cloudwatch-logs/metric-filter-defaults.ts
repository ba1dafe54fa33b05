// The default values of metric filters: reported for every minute in which events came and none matched.
import { DatumBatch } from "../../core/metrics/datum-batch.ts";
import type { Dependencies } from "../dependencies.ts";
import { activate, type ActiveMetricFilter } from "./metric-filter-directory.ts";
import { metricFiltersIn } from "./stored-metric-filters.ts";

/** A minute (its number since the epoch) in which a filter has matched nothing yet. */
interface QuietMinute {
  readonly scope: string;
  readonly key: string;
  readonly minute: number;
}

interface MinuteOfFilter {
  readonly minute: number;
  readonly isQuiet: boolean;
  /** Resolves when the note of the quiet minute is written. */
  readonly written: Promise<unknown>;
}

const minuteMs = 60_000;
const publishedAtOnce = 500;

/**
 * The first batch of a minute in which nothing matches leaves a note in state before it is answered, and the
 * first match takes it away again: two writes a minute and filter at most. Notes of minutes that are over
 * become data. A kill between the datum and the end of its note reports the default twice, never less than
 * once; a restart in the middle of a minute may report it although something matched before.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringPolicyExamples.html
 */
export class MetricFilterDefaults {
  readonly #dependencies: Dependencies;
  readonly #notes;
  /** By the scope and the key of the filter. */
  #minutes = new Map<string, MinuteOfFilter>();
  #publishesAt: number | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#notes = dependencies.state.collection<QuietMinute>("log-metric-quiet-minutes");
    this.#plan(dependencies.clock.now());
  }

  /** Resolves when what is due for the minute is durable. `quiet` are those that matched nothing. */
  async note(
    filters: readonly ActiveMetricFilter[],
    quiet: ReadonlySet<ActiveMetricFilter>,
    now: number,
  ): Promise<void> {
    const minute = Math.floor(now / minuteMs);
    for (const active of filters) {
      if (active.hasDefault) await this.#noteOne(active, minute, quiet.has(active));
    }
  }

  /** Everything was erased. */
  forget(): void {
    this.#minutes = new Map();
  }

  #noteOne({ scope, key }: ActiveMetricFilter, minute: number, isQuiet: boolean): Promise<unknown> {
    const id = `${scope}/${key}`;
    const known = this.#minutes.get(id);
    if (known?.minute === minute && (!known.isQuiet || isQuiet)) return known.written;
    const written = isQuiet
      ? this.#notes.put("", `${minute}/${id}`, { scope, key, minute }, (minute + 1) * minuteMs)
      : known?.minute === minute
        ? known.written.then(() => this.#notes.delete("", `${minute}/${id}`))
        : Promise.resolve();
    const entry = { minute, isQuiet, written };
    this.#minutes.set(id, entry);
    written.catch(() => {
      if (this.#minutes.get(id) === entry) this.#minutes.delete(id);
    });
    if (isQuiet) this.#plan((minute + 1) * minuteMs);
    return written;
  }

  #plan(publishesAt: number): void {
    if (this.#publishesAt !== undefined && this.#publishesAt <= publishesAt) return;
    this.#publishesAt = publishesAt;
    this.#dependencies.clock.schedule(publishesAt, async () => {
      if (this.#publishesAt !== publishesAt) return;
      this.#publishesAt = undefined;
      try {
        await this.#publish();
      } catch {
        this.#plan(publishesAt + minuteMs); // the notes are still there
      }
    });
  }

  async #publish(): Promise<void> {
    const { clock } = this.#dependencies;
    const thisMinute = Math.floor(clock.now() / minuteMs);
    for (const [id, { minute }] of this.#minutes) if (minute < thisMinute) this.#minutes.delete(id);
    for (;;) {
      const due = await this.#notes.list("", {
        order: "rank",
        maxRank: clock.now(),
        limit: publishedAtOnce,
      });
      for (const { key, value } of due) {
        await this.#publishOne(value);
        await this.#notes.delete("", key);
      }
      if (due.length < publishedAtOnce) break;
    }
    const [next] = await this.#notes.list("", { order: "rank", limit: 1 });
    if (next?.rank !== undefined) this.#plan(next.rank);
  }

  async #publishOne({ scope, key, minute }: QuietMinute): Promise<void> {
    const { state, metrics, worlds, clock } = this.#dependencies;
    const stored = await metricFiltersIn(state).get(scope, key);
    if (stored === undefined) return; // it was deleted meanwhile
    const now = clock.now();
    const batch = new DatumBatch();
    activate(stored).filter.addDefault(minute * minuteMs, batch);
    const [account = "", region = ""] = scope.split("/");
    const data = batch.data(now); // none for a minute that is two weeks ago
    if (data.length > 0) await metrics.write(await worlds.numberOf(account, region), data, now);
  }
}
