/** What the islands of the overview share in the browser. On the server these keep their first values for ever. */
import { signal } from "@preact/signals";
import { moment, type MomentKind } from "./numbers.ts";
import type { OverviewView } from "./view.ts";

const POLL_MS = 1000, RETRY_MS = 2000, PATIENCE_MS = 5000, TICK_MS = 1000;

/** What the last poll brought; null before the first: the page's own props hold. */
export const overview = signal<OverviewView | null>(null);
/** Whether the values on the page are known to be current. `page`: as the server drew them. */
export const connection = signal<"page" | "live" | "lost">("page");
/** ms since the epoch, each second; null before the browser's clock is read. */
export const clock = signal<number | null>(null);
/** The reader's time zone. */
export const zone = signal("UTC");

/** Polls `/live` until the page is left; pauses while nobody looks. Returns what ends it. */
export function startPolling(): () => void {
  const tick = () => void (clock.value = Date.now());
  tick();
  const ticking = setInterval(tick, TICK_MS);
  let timer: ReturnType<typeof setTimeout> | undefined, ended = false;
  const next = (ms: number) => void (ended || (timer = setTimeout(poll, ms)));
  async function poll() {
    if (document.hidden) return; // `visible` starts it again
    try {
      const res = await fetch("/live", { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (!res.ok) throw new Error(`/live answered ${res.status}`);
      await take(await res.json());
      connection.value = "live";
      next(POLL_MS);
    } catch {
      connection.value = "lost"; // the values stay, the top bar says since when
      next(RETRY_MS);
    }
  }
  const visible = () => void (document.hidden || (clearTimeout(timer), poll()));
  document.addEventListener("visibilitychange", visible);
  next(0);
  return () => {
    ended = true;
    clearTimeout(timer);
    clearInterval(ticking);
    document.removeEventListener("visibilitychange", visible);
  };
}

let drawn: string | null = null; // the revision that charts and lists on the page show

async function take(view: OverviewView): Promise<void> {
  drawn ??= document.querySelector<HTMLElement>("[data-revision]")?.dataset.revision ?? view.revision;
  overview.value = view;
  if (view.revision === drawn) return;
  await redraw();
  drawn = view.revision;
}

/** Takes what the server draws (charts, lists) anew from the page itself. */
async function redraw(): Promise<void> {
  const headers = { accept: "text/html" }; // the API may have the same path
  const res = await fetch(location.href, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!res.ok) throw new Error(`The page answered ${res.status}`);
  const page = new DOMParser().parseFromString(await res.text(), "text/html");
  for (const part of document.querySelectorAll("[data-redraw]")) {
    const fresh = page.getElementById(part.id);
    if (fresh) part.replaceChildren(...fresh.childNodes);
  }
  localTimes();
}

/** Writes the times that the server drew, outside islands, in the reader's zone. */
export function localTimes(): void {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-as]")) {
    element.textContent = moment(element.dateTime, element.dataset.as as MomentKind, zone.value);
  }
}
