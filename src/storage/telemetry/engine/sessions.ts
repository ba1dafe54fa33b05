// A pool of chdb sessions: one statement at a time on each, in lanes, with a control session that can always
// speak.
import { Session } from "chdb";
import { telemetryLimits } from "../limits.ts";
import type { Lane } from "./frames.ts";

/**
 * Each session runs one statement at a time and holds a thread of the pool meanwhile, also while the
 * statement waits; so statements wait here, and `UV_THREADPOOL_SIZE` is set above the number of sessions.
 *
 * `KILL QUERY ... ASYNC` is the only cancellation that works: aborting a promise leaves the engine computing,
 * and a synchronous kill may not return. A statement that has only just started is not known to the engine
 * yet, so the kill is repeated until the statement has ended.
 *
 * What a failed statement had put out already comes before the next answer of its session (measured with chdb
 * 3.4.0); a trivial statement after every failure takes that away.
 */
export interface Sessions {
  /** Answers with the bytes of the result. @throws Error with the engine's message. */
  run(lane: Lane, tag: string, text: string): Promise<Uint8Array>;
  /** Ends the statement with this tag, or takes it out of the queue. */
  cancel(tag: string): Promise<void>;
  /** Runs a statement that is short by nature beside whatever else goes on. */
  control(text: string): Promise<void>;
  /** Cancels queries, lets inserts finish, and gives the folder free. */
  close(): Promise<void>;
}

interface Waiting {
  readonly tag: string;
  readonly give: (session: Session) => void;
  readonly refuse: (reason: Error) => void;
}

interface LaneState {
  readonly idle: Session[];
  readonly waiting: Waiting[];
  readonly running: Set<string>;
}

/** The message under which a statement that never started is told from one that failed. */
const cancelled = "Code: 394. DB::Exception: Query was cancelled before it started";

export function openSessions(folder: string, connectionArgs: readonly string[]): Sessions {
  const open = (count: number) =>
    Array.from({ length: count }, () => new Session(folder, { connectionArgs: [...connectionArgs] }));
  const controlSession = new Session(folder, { connectionArgs: [...connectionArgs] });
  const lanes: Readonly<Record<Lane, LaneState>> = {
    query: { idle: open(telemetryLimits.querySessions), waiting: [], running: new Set() },
    insert: { idle: open(telemetryLimits.insertSessions), waiting: [], running: new Set() },
  };
  let controlTurn: Promise<unknown> = Promise.resolve();
  let closing = false;

  async function run(lane: Lane, tag: string, text: string): Promise<Uint8Array> {
    if (closing) throw new Error(cancelled);
    const state = lanes[lane];
    const session = state.idle.pop() ?? (await nextSession(state, tag));
    state.running.add(tag);
    try {
      const result = await session.queryAsync(text, { format: "JSONEachRow" });
      return result.bytes();
    } catch (error) {
      await session.queryAsync("SELECT 1", { format: "JSONEachRow" });
      throw error;
    } finally {
      state.running.delete(tag);
      const next = state.waiting.shift();
      if (next === undefined) state.idle.push(session);
      else next.give(session);
    }
  }

  function control(text: string): Promise<void> {
    const turn = controlTurn.then(async () => {
      await controlSession.queryAsync(text);
    });
    controlTurn = turn.catch(() => undefined);
    return turn;
  }

  async function cancel(tag: string): Promise<void> {
    for (const state of Object.values(lanes)) {
      const index = state.waiting.findIndex((waiting) => waiting.tag === tag);
      if (index >= 0) state.waiting.splice(index, 1)[0]?.refuse(new Error(cancelled));
      if (state.running.has(tag)) {
        await control(`KILL QUERY WHERE Settings['log_comment'] = '${tag}' AND query NOT LIKE 'KILL%' ASYNC`);
      }
    }
  }

  async function close(): Promise<void> {
    closing = true;
    for (const { waiting } of Object.values(lanes)) {
      for (const { refuse } of waiting.splice(0)) refuse(new Error(cancelled));
    }
    await Promise.all([...lanes.query.running].map(cancel));
    while (lanes.query.running.size + lanes.insert.running.size > 0) {
      await pause(5);
    }
    await controlTurn;
    for (const session of [...lanes.query.idle, ...lanes.insert.idle, controlSession]) session.close();
  }

  return { run, cancel, control, close };
}

function nextSession(state: LaneState, tag: string): Promise<Session> {
  return new Promise((give, refuse) => {
    state.waiting.push({ tag, give, refuse });
  });
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
}
