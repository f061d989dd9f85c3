import { DefaultPayloadConverter, type Payload } from "@temporalio/common";

/** Stands for a value that cannot be read; whoever looks into it is told why. */
class Unreadable {
  constructor(readonly reason: string) {}
}

/** Names that promises ask of every value. */
const ASKED_OF_ALL = new Set<string | symbol>(["then", "constructor"]);

const unreadable = (reason: string): Unreadable =>
  new Proxy(new Unreadable(reason), {
    get(_target, name) {
      if (typeof name === "symbol" || ASKED_OF_ALL.has(name)) return undefined;
      throw new Error(`Cannot read what Temporal holds: ${reason}`);
    },
  });

/** Returns what was sent, or nothing where it cannot be read: anybody can send a signal with any bytes. */
export const readable = <T>(sent: T): T | undefined => sent instanceof Unreadable ? undefined : sent;

/**
 * Reads payloads without ever failing the workflow task: a task that fails is tried again for ever, and one signal with
 * bytes that are no JSON would stop a workflow for good.
 */
class PatientConverter extends DefaultPayloadConverter {
  override fromPayload<T>(payload: Payload): T {
    try {
      return super.fromPayload(payload);
    } catch (error) {
      return unreadable(error instanceof Error ? error.message : String(error)) as T;
    }
  }
}

export const payloadConverter = new PatientConverter();
