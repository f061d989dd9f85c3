import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { overview } from "../src/dashboard/browser/live.ts";
import { canNotify, isNotifying, notify, switchOff, switchOn } from "../src/dashboard/browser/notify.ts";

/** Switches notifications of this browser, and shows them while a live page is open; nothing where there are none. */
export default function Notifications() {
  const possible = useSignal(false);
  const on = useSignal(false);
  const refused = useSignal(false);
  useEffect(() => {
    possible.value = canNotify();
    on.value = isNotifying();
    return overview.subscribe((view) => void (view && notify(view)));
  }, []);
  if (!possible.value) return null;
  const change = async (wanted: boolean) => {
    if (!wanted) switchOff();
    on.value = wanted && await switchOn(overview.value);
    refused.value = wanted && !on.value;
  };
  return (
    <label class="notifications">
      <input
        type="checkbox"
        checked={on.value}
        onChange={(event) => void change(event.currentTarget.checked)}
      />{" "}
      Notify me of new alerts <small>while a live page is open</small>
      <span role="status">{refused.value && " This browser does not allow it."}</span>
    </label>
  );
}
