// The own service's exceptions, as an SDK package would export them.

interface ExceptionOptions {
  readonly message: string;
}

class GroundwatchException extends Error {
  readonly $fault = "client";
}

export class ValidationException extends GroundwatchException {
  constructor({ message }: ExceptionOptions) {
    super(message);
    this.name = "ValidationException";
  }
}

/** The server was started without the flag that the operation needs. */
export class OperationDisabledException extends GroundwatchException {
  constructor({ message }: ExceptionOptions) {
    super(message);
    this.name = "OperationDisabledException";
  }
}

export class ResourceNotFoundException extends GroundwatchException {
  constructor({ message }: ExceptionOptions) {
    super(message);
    this.name = "ResourceNotFoundException";
  }
}

export class LimitExceededException extends GroundwatchException {
  constructor({ message }: ExceptionOptions) {
    super(message);
    this.name = "LimitExceededException";
  }
}

/** There is no such key. */
export class NotFoundException extends GroundwatchException {
  constructor({ message }: ExceptionOptions) {
    super(message);
    this.name = "NotFoundException";
  }
}

/** The key's state does not allow it. */
export class KMSInvalidStateException extends GroundwatchException {
  constructor({ message }: ExceptionOptions) {
    super(message);
    this.name = "KMSInvalidStateException";
  }
}
