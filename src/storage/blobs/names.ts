// What names buckets and objects may have.

/** S3's bound: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const keyBytes = 1_024;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** @throws TypeError */
export function checkBucket(bucket: string): void {
  if (!bucketName.test(bucket)) throw new TypeError("a bucket's name must follow the rules of S3");
}

/** @throws TypeError, RangeError */
export function checkKey(key: string): void {
  if (key === "" || /\p{Surrogate}/u.test(key)) throw new TypeError("a blob's key must be well-formed text");
  if (Buffer.byteLength(key) > keyBytes) {
    throw new RangeError(`a blob's key must be at most ${keyBytes} bytes`);
  }
}
