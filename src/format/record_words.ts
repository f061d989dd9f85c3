/**
 * Returns what a change wrote down, as people read it: "version 3, active true", "claims (by ann, request id a1)". What
 * was not written down is "nothing".
 */
export function recordWords(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.map(recordWords).join(", ") || "none";
  if (typeof value !== "object") return String(value);
  const words = Object.entries(value).map(([name, inner]) => {
    const text = recordWords(inner);
    return `${spaced(name)} ${isRecord(inner) ? `(${text})` : text}`;
  });
  return words.join(", ") || "none";
}

const isRecord = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** "requestId" reads "request id" */
export const spaced = (name: string): string =>
  name.replaceAll(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`);
