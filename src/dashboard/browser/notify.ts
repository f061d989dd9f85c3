/** Tells of new alerts by the browser's own notifications, where a person switched them on in it. */
import type { OverviewView } from "../view.ts";

const ON = "notifications-on";
/** The number of the newest alert that this browser has told of, or that was open when they were switched on. */
const TOLD = "notified-alert";

/** Whether this browser can show notifications: over HTTPS, or from this machine. */
export const canNotify = (): boolean => "Notification" in globalThis && globalThis.isSecureContext;

/** Whether they are switched on here, and the browser lets them through. */
export const isNotifying = (): boolean =>
  canNotify() && Notification.permission === "granted" && localStorage.getItem(ON) !== null;

/** Asks the browser to let them through; alerts that are open by now are known. @returns whether they are on */
export async function switchOn(view: OverviewView | null): Promise<boolean> {
  if (await Notification.requestPermission() !== "granted") return false;
  localStorage.setItem(TOLD, String(view?.newestAlert?.id ?? 0));
  localStorage.setItem(ON, "1");
  return true;
}

export function switchOff(): void {
  localStorage.removeItem(ON);
}

/** Tells of the newest alert, once for all windows of this browser. */
export function notify({ newestAlert }: Pick<OverviewView, "newestAlert">): void {
  if (!newestAlert || !isNotifying()) return;
  const { id, severity, title } = newestAlert;
  if (id <= Number(localStorage.getItem(TOLD))) return;
  localStorage.setItem(TOLD, String(id));
  const shown = new Notification(`Perennial: ${severity} alert`, { body: title, tag: `perennial-${id}` });
  shown.onclick = () => {
    globalThis.focus();
    location.assign(`/alerts#alert-${id}`);
  };
}
