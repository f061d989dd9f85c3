import { Status } from "./signs.tsx";

/** Why what was asked was not done. */
export function Problem({ text }: { text: string }) {
  return (
    <p class="notice" role="alert">
      <Status sign={{ glyph: "watch", tone: "watch", word: "Not done" }} /> {text}.
    </p>
  );
}
