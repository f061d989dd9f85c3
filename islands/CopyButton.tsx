import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** Copies a text; nothing where the browser lets no page do that. @param what is copied, for those who hear the button alone */
export default function CopyButton({ text, what }: { text: string; what: string }) {
  const possible = useSignal(false);
  const said = useSignal("");
  useEffect(() => void (possible.value = "clipboard" in navigator), []);
  if (!possible.value) return null;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.value = "Copied";
    } catch {
      said.value = "The browser does not allow it";
    }
  };
  return (
    <span class="copy">
      <button type="button" onClick={() => void copy()} aria-label={`Copy ${what}`}>Copy</button>{" "}
      <small role="status">{said.value}</small>
    </span>
  );
}
