import { counted } from "./numbers.ts";

/** What a shopper asked for, and what was found of them. */
interface Asked {
  kind: "erasure" | "objection";
  found: { events: number; predictions: number; quarantined: number; files: number };
}

/** What a request found, and so deletes: "2 events, 0 predictions, 1 in quarantine, 0 sealed files". */
export function foundText({ kind, found }: Asked): string {
  if (kind === "objection") return "nothing is deleted";
  const { events, predictions, quarantined, files } = found;
  return [
    counted(events, "event"),
    counted(predictions, "prediction"),
    `${quarantined} in quarantine`,
    counted(files, "sealed file"),
  ].join(", ");
}
