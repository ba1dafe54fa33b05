// Makes a WebAssembly module of functions in its text format, one instruction after the other.

/** All values are 32-bit integers, or 64-bit ones while they are on the stack. */
export interface WasmFunction {
  readonly name: string;
  readonly isExported?: boolean;
  readonly parameters: readonly string[];
  readonly hasResult: boolean;
  readonly locals: readonly string[];
  /** Names are those of parameters, locals, functions and of the blocks around; `;;` opens a comment. */
  readonly body: string;
}

export interface WasmModule {
  /** The first page count of the memory, which is exported as `memory`; a page has 64 KiB. */
  readonly pages: number;
  /** Names of variables that all functions share, with what they hold at first. */
  readonly globals: Readonly<Record<string, number>>;
  readonly functions: readonly WasmFunction[];
}

type Operand = "none" | "local" | "global" | "function" | "label" | "constant" | "block" | "memory" | "zeros";

/** The instructions in use: https://webassembly.github.io/spec/core/binary/instructions.html */
const instructions: Readonly<Record<string, readonly [operand: Operand, ...bytes: number[]]>> = {
  block: ["block", 0x02],
  loop: ["block", 0x03],
  if: ["block", 0x04],
  else: ["none", 0x05],
  end: ["none", 0x0b],
  br: ["label", 0x0c],
  br_if: ["label", 0x0d],
  return: ["none", 0x0f],
  call: ["function", 0x10],
  "local.get": ["local", 0x20],
  "local.set": ["local", 0x21],
  "local.tee": ["local", 0x22],
  "global.get": ["global", 0x23],
  "global.set": ["global", 0x24],
  "i32.load": ["memory", 0x28],
  "i64.load": ["memory", 0x29],
  "i32.load8_u": ["memory", 0x2d],
  "i32.load16_u": ["memory", 0x2f],
  "i32.store": ["memory", 0x36],
  "i64.store": ["memory", 0x37],
  "i32.store8": ["memory", 0x3a],
  "memory.size": ["zeros", 0x3f],
  "memory.grow": ["zeros", 0x40],
  "i32.const": ["constant", 0x41],
  "i32.eqz": ["none", 0x45],
  "i32.eq": ["none", 0x46],
  "i32.lt_u": ["none", 0x49],
  "i32.gt_u": ["none", 0x4b],
  "i32.ge_u": ["none", 0x4f],
  "i32.add": ["none", 0x6a],
  "i32.sub": ["none", 0x6b],
  "i32.and": ["none", 0x71],
  "i32.or": ["none", 0x72],
  "i32.shl": ["none", 0x74],
  "i32.shr_u": ["none", 0x76],
  unreachable: ["none", 0x00],
  drop: ["none", 0x1a],
};

const i32 = 0x7f;
const noResult = 0x40;

/** @throws Error for a name or an instruction that it does not know. */
export function assembleModule({ pages, globals, functions }: WasmModule): Buffer {
  const names = functions.map(({ name }) => name);
  const types = functions.map(({ parameters, hasResult }) => [
    0x60,
    ...list(parameters.map(() => [i32])),
    ...list(hasResult ? [[i32]] : []),
  ]);
  const exported = functions.flatMap(({ name, isExported = false }, index) =>
    isExported ? [[...text(name), 0x00, ...unsigned(index)]] : [],
  );
  const codes = functions.map((one) => codeOf(one, names, Object.keys(globals)));
  return Buffer.from([
    ...Buffer.from("\0asm"),
    ...Uint32Array.of(1, 0, 0, 0),
    ...section(1, list(types)),
    ...section(3, list(functions.map((_, index) => unsigned(index)))),
    ...section(5, list([[0x00, ...unsigned(pages)]])),
    ...section(6, list(Object.values(globals).map((value) => [i32, 0x01, 0x41, ...signed(value), 0x0b]))),
    ...section(7, list([[...text("memory"), 0x02, 0x00], ...exported])),
    ...section(10, list(codes.map((code) => [...unsigned(code.length), ...code]))),
  ]);
}

function codeOf(
  { name, parameters, locals, body }: WasmFunction,
  functions: readonly string[],
  globals: readonly string[],
): readonly number[] {
  const places = { local: [...parameters, ...locals], global: globals, function: functions };
  const words = body.replaceAll(/;;.*$/gm, "").split(/\s+/).filter(Boolean);
  const labels: string[] = [];
  const code: number[] = locals.length === 0 ? [0] : [1, ...unsigned(locals.length), i32];
  const next = () => words.shift() ?? "";
  const indexOf = (known: readonly string[], word: string) => {
    const index = known.lastIndexOf(word);
    if (index < 0) throw new Error(`${name}: there is no ${word}`);
    return index;
  };
  while (words.length > 0) {
    const word = next();
    const [operand, ...bytes] = instructions[word] ?? [];
    if (operand === undefined) throw new Error(`${name}: ${word} is no instruction`);
    code.push(...bytes);
    if (word === "end") labels.pop();
    switch (operand) {
      case "local":
      case "global":
      case "function":
        code.push(...unsigned(indexOf(places[operand], next())));
        break;
      case "label":
        code.push(...unsigned(labels.length - 1 - indexOf(labels, next())));
        break;
      case "constant":
        code.push(...signed(Number(next())));
        break;
      case "block":
        labels.push(next());
        code.push(noResult);
        break;
      case "memory":
        code.push(
          0,
          ...unsigned(Number(/^offset=(\d+)$/.exec(words[0] ?? "") === null ? 0 : next().slice(7))),
        );
        break;
      case "zeros":
        code.push(0);
        break;
      case "none":
    }
  }
  return [...code, 0x0b];
}

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly (readonly number[])[]): readonly number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): readonly number[] {
  const bytes = Buffer.from(value);
  return [...unsigned(bytes.length), ...bytes];
}

/** LEB128: https://webassembly.github.io/spec/core/binary/values.html#integers */
function unsigned(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): readonly number[] {
  const rest = value >> 7;
  const isLast = (rest === 0 && (value & 64) === 0) || (rest === -1 && (value & 64) !== 0);
  return isLast ? [value & 127] : [(value & 127) | 128, ...signed(rest)];
}
