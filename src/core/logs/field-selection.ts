// Selection criteria over system fields: `@aws.account IN ["111122223333"] AND @aws.region != "eu-west-1"`.

/** What a log event comes from. */
export interface SystemFields {
  readonly "@aws.account": string;
  readonly "@aws.region": string;
}

/** Why a text is no selection criteria. `offset` counts UTF-16 units from its beginning. */
export class FieldSelectionError extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.name = "FieldSelectionError";
    this.offset = offset;
  }
}

export type FieldSelection = (fields: SystemFields) => boolean;

/**
 * `=`, `!=`, `IN [...]`, `NOT IN [...]`, joined by `AND` and, more loosely, `OR`, with parentheses.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
 * @throws FieldSelectionError
 */
export function parseFieldSelection(text: string): FieldSelection {
  const tokens = tokensOf(text);
  const selection = parseAlternatives(tokens);
  if (tokens.peek() !== undefined) tokens.fail("nothing is expected behind the end");
  return selection;
}

interface Tokens {
  peek(): string | undefined;
  /** Takes the next token when it is this one; keywords in any case. */
  take(expected: string): boolean;
  next(): string;
  fail(message: string): never;
}

const tokenPattern = /\s*(?:(@[\w.]+|"[^"]*"|'[^']*'|!=|[=()[\],]|[A-Za-z]+)|(\S))/y;

function tokensOf(text: string): Tokens {
  const tokens: { readonly text: string; readonly offset: number }[] = [];
  const pattern = new RegExp(tokenPattern);
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, token, other] = match;
    if (token === undefined) {
      throw new FieldSelectionError(`'${other}' is not expected`, pattern.lastIndex - 1);
    }
    tokens.push({ text: token, offset: pattern.lastIndex - token.length });
  }
  let place = 0;
  const fail = (message: string): never => {
    throw new FieldSelectionError(message, tokens[place]?.offset ?? text.length);
  };
  return {
    peek: () => tokens[place]?.text,
    take(expected) {
      if (tokens[place]?.text.toUpperCase() !== expected) return false;
      place += 1;
      return true;
    },
    next: () => tokens[place++]?.text ?? "",
    fail,
  };
}

function parseAlternatives(tokens: Tokens): FieldSelection {
  const operands = [parseConjunction(tokens)];
  while (tokens.take("OR")) operands.push(parseConjunction(tokens));
  return (fields) => operands.some((operand) => operand(fields));
}

function parseConjunction(tokens: Tokens): FieldSelection {
  const operands = [parseOperand(tokens)];
  while (tokens.take("AND")) operands.push(parseOperand(tokens));
  return (fields) => operands.every((operand) => operand(fields));
}

function parseOperand(tokens: Tokens): FieldSelection {
  if (tokens.take("(")) {
    const inner = parseAlternatives(tokens);
    if (!tokens.take(")")) tokens.fail("')' is expected");
    return inner;
  }
  const name = tokens.peek();
  if (name !== "@aws.account" && name !== "@aws.region") {
    return tokens.fail("'@aws.account' or '@aws.region' is expected");
  }
  tokens.next();
  if (tokens.take("=")) return isOneOf(name, [parseText(tokens)]);
  if (tokens.take("!=")) return not(isOneOf(name, [parseText(tokens)]));
  if (tokens.take("IN")) return isOneOf(name, parseList(tokens));
  if (tokens.take("NOT")) {
    if (!tokens.take("IN")) tokens.fail("'IN' is expected behind 'NOT'");
    return not(isOneOf(name, parseList(tokens)));
  }
  return tokens.fail("'=', '!=', 'IN' or 'NOT IN' is expected");
}

function parseList(tokens: Tokens): readonly string[] {
  if (!tokens.take("[")) tokens.fail("'[' is expected");
  const values = [parseText(tokens)];
  while (tokens.take(",")) values.push(parseText(tokens));
  if (!tokens.take("]")) tokens.fail("']' is expected");
  return values;
}

function parseText(tokens: Tokens): string {
  const first = tokens.peek()?.charAt(0);
  if (first !== '"' && first !== "'") tokens.fail("a text in quotation marks is expected");
  return tokens.next().slice(1, -1);
}

const isOneOf =
  (name: keyof SystemFields, values: readonly string[]): FieldSelection =>
  (fields) =>
    values.includes(fields[name]);

const not =
  (selection: FieldSelection): FieldSelection =>
  (fields) =>
    !selection(fields);
