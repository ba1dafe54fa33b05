// Linked accounts, as the configuration names them.
import { expect, test } from "vitest";
import { linkedAccountsPattern, parseLinkedAccounts } from "./linked-accounts.ts";

const [one, two, three] = ["111111111111", "222222222222", "333333333333"] as const;

test("a monitoring account reads its sources, and they do not read it", () => {
  const linked = parseLinkedAccounts(`${one}=${three},${two},${three};${two}=${one}`);
  expect(linked.sourcesOf(one)).toEqual([two, three]);
  expect(linked.mayRead(one, three)).toBe(true);
  expect(linked.mayRead(three, one)).toBe(false);
  expect(linked.mayRead(two, three)).toBe(false);
  expect(linked.mayRead(three, three)).toBe(true);
});

test("without a setting nobody is linked", () => {
  expect(parseLinkedAccounts(undefined).sourcesOf(one)).toEqual([]);
});

test("anything but lists of account ids is refused", () => {
  expect(`${one}=${two},${three};${two}=${three}`).toMatch(linkedAccountsPattern);
  for (const wrong of ["", one, `${one}=`, `${one}=${two},`, `${one}=12`, `${one}=${two};`]) {
    expect(wrong).not.toMatch(linkedAccountsPattern);
  }
});
