import { StatusBadge } from "./status_badge.tsx";

/** Why what was asked was not done. */
export function Problem({ text }: { text: string }) {
  return (
    <p class="notice" role="alert">
      <StatusBadge badge={{ glyph: "watch", tone: "watch", word: "Not done" }} /> {text}.
    </p>
  );
}
