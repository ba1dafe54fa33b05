// The blobs port: named byte objects in buckets (exports, trail files, archives).

export interface BlobInfo {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}

/** Keys are `/`-separated like S3's; a put replaces atomically and is durable once it resolves. */
export interface Blobs {
  put(bucket: string, key: string, body: Uint8Array): Promise<void>;
  get(bucket: string, key: string): Promise<Uint8Array | undefined>;
  /** In the order of keys, strictly behind `after`. */
  list(
    bucket: string,
    options: { prefix?: string; after?: string; limit: number },
  ): Promise<readonly BlobInfo[]>;
  delete(bucket: string, key: string): Promise<boolean>;
  eraseAll(): Promise<void>;
}
