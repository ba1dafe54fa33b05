// Makes one test of several. They are asked about every event, so asking makes no object.

type Test<Subject> = (subject: Subject) => boolean;

/** Holds where all of them hold, and so where there are none. The first ones are asked first. */
export function allOf<Subject>(tests: readonly Test<Subject>[]): Test<Subject> {
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  return (subject) => {
    for (const test of tests) if (!test(subject)) return false;
    return true;
  };
}

/** Holds where one of them holds, and so nowhere where there are none. */
export function anyOf<Subject>(tests: readonly Test<Subject>[]): Test<Subject> {
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  return (subject) => {
    for (const test of tests) if (test(subject)) return true;
    return false;
  };
}
