// Many buffers into a file with as few calls of the system as it allows.

/** What is used of a `FileHandle`. */
export interface BufferFile {
  writev(buffers: readonly Buffer[]): Promise<{ readonly bytesWritten: number }>;
  writeFile(rest: Buffer): Promise<void>;
}

/** Where the file stands. @returns how many bytes that was, when all of them are written. */
export async function writeBuffers(file: BufferFile, buffers: readonly Buffer[]): Promise<number> {
  const bytes = buffers.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await file.writev(buffers);
  if (bytesWritten < bytes) await file.writeFile(Buffer.concat(buffers).subarray(bytesWritten));
  return bytes;
}
