// What the engine unpacks blocks with, as it has no function of its own for it: a WebAssembly module.
import { assembleModule, type WasmFunction } from "./web-assembly.ts";

/** A change of the module, or of the function's type, needs another name: the engine keeps those it has. */
export const unpackFunction = "groundwatch_unpack_2";

/**
 * The engine hands over rows in its format RowBinary: the length of a text in seven bits a byte, and the
 * text. Each is what `packTexts` makes; what is answered for it is what was packed, which is the RowBinary of
 * the four arrays that the row shall have. An empty text is answered with four empty arrays.
 *
 * Memory is given out upwards and taken back as a whole when nothing of it is in use. Copies are made eight
 * bytes at a time and may write beyond their end, so that each buffer has some bytes behind it that are
 * nobody's; whatever the bytes are, nothing outside of this memory can be read or written.
 *
 * https://clickhouse.com/docs/sql-reference/functions/wasm_udf
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
const createBuffer: WasmFunction = {
  name: "clickhouse_create_buffer",
  isExported: true,
  parameters: ["size"],
  hasResult: true,
  locals: ["handle", "end"],
  body: `
    global.get top  local.set handle
    local.get handle  local.get size  i32.add  i32.const 47  i32.add  i32.const -8  i32.and  local.set end
    local.get end  global.get top  i32.lt_u  if wrapped  unreachable  end
    local.get end  i32.const 65535  i32.add  i32.const 16  i32.shr_u  memory.size  i32.gt_u
    if isFull
      local.get end  i32.const 65535  i32.add  i32.const 16  i32.shr_u  memory.size  i32.sub
      memory.grow  i32.const -1  i32.eq  if isRefused  unreachable  end
    end
    local.get end  global.set top
    global.get used  i32.const 1  i32.add  global.set used
    local.get handle  local.get handle  i32.const 8  i32.add  i32.store
    local.get handle  local.get size  i32.store offset=4
    local.get handle`,
};

const destroyBuffer: WasmFunction = {
  name: "clickhouse_destroy_buffer",
  isExported: true,
  parameters: ["handle"],
  hasResult: false,
  locals: [],
  body: `
    global.get used  i32.const 1  i32.sub  global.set used
    global.get used  i32.eqz  if isIdle  i32.const 64  global.set top  end`,
};

/** Reads the length at `cursor` and moves the cursor behind it. */
const takeLength: WasmFunction = {
  name: "takeLength",
  parameters: [],
  hasResult: true,
  locals: ["length", "shift", "byte"],
  body: `
    loop next
      global.get cursor  i32.load8_u  local.set byte
      global.get cursor  i32.const 1  i32.add  global.set cursor
      local.get byte  i32.const 127  i32.and  local.get shift  i32.shl
      local.get length  i32.or  local.set length
      local.get shift  i32.const 7  i32.add  local.set shift
      local.get byte  i32.const 128  i32.and  br_if next
    end
    local.get length`,
};

/** Adds to `length` what did not fit into its four bits: bytes up to one that is not 255. */
const addMore = `
        loop rest
          local.get at  i32.load8_u  local.tee byte  local.get length  i32.add  local.set length
          local.get at  i32.const 1  i32.add  local.set at
          local.get byte  i32.const 255  i32.eq  br_if rest
        end`;

/** Copies so many bytes at a time from `from` to `to`, until `to` is at `stop` or behind it. */
const copy = (bytes: number, load: string) => `
        loop more
          local.get to  local.get from  ${load}
          local.get from  i32.const ${bytes}  i32.add  local.set from
          local.get to  i32.const ${bytes}  i32.add  local.tee to
          local.get stop  i32.lt_u  br_if more
        end`;

/**
 * Unpacks the block from `cursor` to `end`, where it leaves the cursor; answers where the unpacked bytes end.
 * Where it is stands in a local, which is faster than a variable of all functions.
 */
const unpackBlock: WasmFunction = {
  name: "unpackBlock",
  parameters: ["end", "to"],
  hasResult: true,
  locals: ["at", "token", "length", "byte", "from", "stop"],
  body: `
    global.get cursor  local.set at
    block done
    loop next
      local.get at  i32.load8_u  local.tee token  i32.const 4  i32.shr_u  local.set length
      local.get at  i32.const 1  i32.add  local.set at
      local.get length  i32.const 15  i32.eq
      if isLong ${addMore}
      end
      ;; the literals
      local.get length
      if hasLiterals
        local.get at  local.set from
        local.get to  local.get length  i32.add  local.set stop
        ${copy(8, "i64.load  i64.store")}
        local.get stop  local.set to
        local.get at  local.get length  i32.add  local.set at
      end
      local.get at  local.get end  i32.ge_u  br_if done
      ;; the copy
      local.get to  local.get at  i32.load16_u  i32.sub  local.set from
      local.get at  i32.const 2  i32.add  local.set at
      local.get token  i32.const 15  i32.and  local.tee length  i32.const 15  i32.eq
      if isLong ${addMore}
      end
      local.get to  i32.const 4  i32.add  local.get length  i32.add  local.set stop
      local.get to  local.get from  i32.sub  i32.const 8  i32.lt_u
      if isNear
        ${copy(1, "i32.load8_u  i32.store8")}
      else
        ${copy(8, "i64.load  i64.store")}
      end
      local.get stop  local.set to
      br next
    end
    end
    local.get at  global.set cursor
    local.get to`,
};

const unpackRows: WasmFunction = {
  name: "unpack",
  isExported: true,
  parameters: ["rows", "count"],
  hasResult: true,
  locals: ["left", "length", "size", "unpacked", "to", "start", "stop", "end", "behind"],
  body: `
    ;; how large the answer is
    local.get rows  i32.load  global.set cursor
    local.get count  local.set left
    block measured
    loop next
      local.get left  i32.eqz  br_if measured
      call takeLength  local.tee length  i32.eqz
      if isEmpty
        local.get size  i32.const 4  i32.add  local.set size
      else
        local.get size  global.get cursor  i32.load  i32.add  local.set size
        global.get cursor  local.get length  i32.add  global.set cursor
      end
      local.get left  i32.const 1  i32.sub  local.set left
      br next
    end
    end
    local.get size  call clickhouse_create_buffer  local.set unpacked
    local.get unpacked  i32.load  local.set to
    local.get rows  i32.load  global.set cursor
    local.get count  local.set left
    block done
    loop next
      local.get left  i32.eqz  br_if done
      call takeLength  local.tee length  i32.eqz
      if isEmpty
        local.get to  i32.const 0  i32.store
        local.get to  i32.const 4  i32.add  local.set to
      else
        local.get to  global.get cursor  i32.load  i32.add  local.set stop
        global.get cursor  local.get length  i32.add  local.set behind
        global.get cursor  i32.load offset=4  global.get cursor  i32.const 8  i32.add  local.tee start
        i32.add  local.set end
        local.get start  global.set cursor
        local.get end  local.get to  call unpackBlock  local.set to
        ;; it is as long as was said, and nothing was read beyond its end
        local.get to  local.get stop  i32.eq  global.get cursor  local.get end  i32.eq  i32.and  i32.eqz
        if isWrong  unreachable  end
        local.get behind  global.set cursor
      end
      local.get left  i32.const 1  i32.sub  local.set left
      br next
    end
    end
    local.get unpacked`,
};

/** The module has one function, `unpack`, beside those that the engine asks for. */
export function unpackModule(): Buffer {
  return assembleModule({
    pages: 1,
    globals: { top: 64, used: 0, cursor: 0 },
    functions: [createBuffer, destroyBuffer, takeLength, unpackBlock, unpackRows],
  });
}
