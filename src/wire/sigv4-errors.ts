// The errors with which AWS refuses a signature: JSON and CBOR have one code, awsQuery another.
import { WireError } from "./errors.ts";

/**
 * Under restJson1 and awsQuery the status is 403, under the other protocols 400:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html and
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html
 */
function refusal(name: string, queryCode: string, message: string, queryStatus = 403): WireError {
  return new WireError(name, message, { status: 400, restStatus: 403, queryCode, queryStatus });
}

export function missingToken(): WireError {
  return refusal(
    "MissingAuthenticationTokenException",
    "MissingAuthenticationToken",
    "Request is missing Authentication Token",
  );
}

/** The signature cannot be read, or lacks a part. */
export function incompleteSignature(message: string): WireError {
  return refusal("IncompleteSignatureException", "IncompleteSignature", message, 400);
}

/** The access key is unknown, or the session token is not the one that belongs to it. */
export function unknownToken(): WireError {
  const message = "The security token included in the request is invalid.";
  return refusal("UnrecognizedClientException", "InvalidClientTokenId", message);
}

export function expiredToken(): WireError {
  const message = "The security token included in the request is expired";
  return refusal("ExpiredTokenException", "ExpiredToken", message);
}

export function invalidSignature(message: string): WireError {
  return refusal("InvalidSignatureException", "SignatureDoesNotMatch", message);
}

export function signatureMismatch(): WireError {
  return invalidSignature(
    "The request signature we calculated does not match the signature you provided. " +
      "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  );
}

/** Signatures over a stream of chunks belong to Amazon S3; no service here takes them. */
export function streamingPayload(claimed: string): WireError {
  const message =
    `x-amz-content-sha256 '${claimed}' is not supported: sign the whole body, ` +
    "or send UNSIGNED-PAYLOAD, and do not use aws-chunked encoding.";
  return new WireError("NotImplementedException", message, { status: 501, queryCode: "NotImplemented" });
}
