// What holds composite alarms together: their order, and when their actions are performed.
import { describe, expect, test } from "vitest";
import { orderComposites } from "./composite-order.ts";
import { decideSuppression, type Suppression } from "./suppression.ts";

describe("the order of composite alarms", () => {
  test("children come before their parents, and other alarms do not matter", () => {
    const { order, cyclic } = orderComposites(
      new Map([
        ["top", ["middle", "metric", "bottom"]],
        ["middle", ["bottom", "bottom"]],
        ["bottom", ["metric"]],
      ]),
    );
    expect(order).toEqual(["bottom", "middle", "top"]);
    expect(cyclic.size).toBe(0);
  });

  test("a cycle takes out its members and all above them", () => {
    const { order, cyclic } = orderComposites(
      new Map([
        ["a", ["b"]],
        ["b", ["a"]],
        ["self", ["self"]],
        ["above", ["a", "free"]],
        ["free", []],
      ]),
    );
    expect(order).toEqual(["free"]);
    expect([...cyclic].sort()).toEqual(["a", "above", "b", "self"]);
  });
});

/**
 * AWS's examples, a time unit a second: the wait period is 2 units, the extension period 3. A history of the
 * composite alarm and its suppressor gives the times at which actions are performed and who held them
 * meanwhile.
 */
describe("AWS's examples of suppression", () => {
  const settings = { waitPeriodSeconds: 2, extensionPeriodSeconds: 3 };
  function play(transitions: readonly number[], suppressorInAlarm: (unit: number) => boolean) {
    let suppression: Suppression | undefined;
    const heldBy: string[] = [];
    const performedAt: number[] = [];
    for (let unit = 1; unit <= 12; unit++) {
      const outcome = decideSuppression({
        settings,
        before: suppression,
        suppressorInAlarm: suppressorInAlarm(unit),
        hasTransition: transitions.includes(unit),
        now: unit * 1_000,
      });
      suppression = outcome.suppression;
      heldBy.push(suppression === undefined ? "-" : suppression.by.slice(0, 1));
      if (outcome.performs) performedAt.push(unit);
    }
    return { heldBy: heldBy.join(""), performedAt };
  }

  test.each([
    ["1: not suppressed after the wait period", [2], () => false, "-WW---------", [4]],
    ["2: suppressed before it is over", [2], (unit: number) => unit >= 3, "-WAAAAAAAAAA", []],
    ["3: a transition starts a new wait period", [2, 3], () => false, "-WWW--------", [5]],
    ["4: the suppressor is in ALARM already", [2], (unit: number) => unit >= 1, "-AAAAAAAAAAA", []],
    [
      "5: not suppressed after the extension",
      [2],
      (unit: number) => unit >= 3 && unit < 6,
      "-WAAAEEE----",
      [9],
    ],
    [
      "6: a transition ends the extension",
      [2, 7],
      (unit: number) => unit >= 3 && unit < 6,
      "-WAAAEWW----",
      [9],
    ],
  ])("example %s", (_, transitions, inAlarm, heldBy, performedAt) => {
    expect(play(transitions, inAlarm)).toEqual({ heldBy, performedAt });
  });

  test("without periods the actions follow at once", () => {
    const question = {
      settings: { waitPeriodSeconds: 0, extensionPeriodSeconds: 0 },
      now: 0,
      hasTransition: true,
    };
    expect(decideSuppression({ ...question, before: undefined, suppressorInAlarm: false }).performs).toBe(
      true,
    );
    const released = { ...question, hasTransition: false, before: { by: "Alarm" } as const };
    expect(decideSuppression({ ...released, suppressorInAlarm: false }).performs).toBe(true);
  });
});
