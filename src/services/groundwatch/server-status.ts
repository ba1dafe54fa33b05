// GetServerStatus: what the server knows of itself.
import type { GroundwatchHandler } from "./handlers.ts";

export const getServerStatus: GroundwatchHandler<"GetServerStatus"> = (
  _input,
  { call, dependencies, own },
) => {
  const facts = own.serverFacts();
  const storage = dependencies.telemetry.statistics();
  return {
    Version: facts.version,
    StartedAt: facts.startedAt,
    Now: call.now,
    ResidentBytes: facts.residentBytes,
    Storage: {
      WaitingRows: storage.waitingRows,
      WaitingBytes: storage.waitingBytes,
      InsertedRows: storage.insertedRows,
      EngineRestarts: storage.engineRestarts,
      EngineResidentBytes: storage.engineResidentBytes,
    },
    Listeners: facts.listeners.map(({ name, address }) => ({ Name: name, Address: address })),
    UnsupportedOperations: facts.unsupportedOperations,
  };
};
