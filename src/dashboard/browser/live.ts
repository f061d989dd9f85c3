/** State that the islands of the overview share in the browser. On the server it keeps its first values for ever. */
import { signal } from "@preact/signals";
import { moment, type MomentKind } from "../../format/times.ts";
import type { OverviewView } from "../view.ts";
import { isNotifying } from "./notify.ts";
import type { Follows } from "../dashboard.ts";

const RETRY_MS = 2000;
const PATIENCE_MS = 5000;
const TICK_MS = 1000;
/** The server says something every five seconds. */
const SILENCE_MS = 12_000;

/** The newest view from the server; null before the first: the page's own props hold. */
export const overview = signal<OverviewView | null>(null);
/** Whether the values on the page are known to be current. `page`: as the server drew them. */
export const connection = signal<"page" | "live" | "lost">("page");
/** ms since the epoch, each second; null before the browser's clock is read. */
export const clock = signal<number | null>(null);
/** The reader's time zone. */
export const zone = signal("UTC");

/** Listens to `/live` until the page is left; pauses while nobody looks or is notified. Returns what ends it. */
export function startListening(): () => void {
  const tick = () => void (clock.value = Date.now());
  tick();
  const ticking = setInterval(tick, TICK_MS);
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = "";
  const close = () => {
    clearTimeout(timer);
    source?.close();
  };
  const reconnectAfter = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      connection.value = "lost";
      open();
    }, ms);
  };
  const lost = () => {
    connection.value = "lost"; // the values stay, the top bar says since when
    reconnectAfter(source?.readyState === EventSource.CLOSED ? RETRY_MS : SILENCE_MS); // else the browser tries by itself
  };
  const receive = async (view: OverviewView | null) => {
    reconnectAfter(SILENCE_MS);
    try {
      await take(view);
      connection.value = "live";
    } catch {
      connection.value = "lost";
    }
  };
  function open() {
    close();
    if (document.hidden && !isNotifying()) return; // `visible` opens it
    source = new EventSource(`/live?${new URLSearchParams({ last })}`);
    reconnectAfter(SILENCE_MS);
    source.addEventListener("view", (event) => {
      last = event.lastEventId;
      void receive(JSON.parse(event.data));
    });
    source.addEventListener("beat", () => void receive(null));
    source.addEventListener("error", lost);
  }
  const visible = () => document.hidden && !isNotifying() ? close() : open();
  document.addEventListener("visibilitychange", visible);
  open();
  return () => {
    close();
    clearInterval(ticking);
    document.removeEventListener("visibilitychange", visible);
  };
}

let drawn: string | null = null; // the revision that charts and lists on the page show
let drawnAtMs = 0;
let drawing: Promise<void> | null = null;
/** Events come in all the time: what shows them is not drawn more often than this. */
const PAUSE_MS: Partial<Record<Follows, number>> = { data: 3000 };

/** @param view null: it is as it was, but may not have been drawn yet */
async function take(view: OverviewView | null): Promise<void> {
  if (view) overview.value = view;
  await (drawing ??= keepDrawn().finally(() => void (drawing = null)));
}

/** Draws until the page shows the newest revision of what it follows. */
async function keepDrawn(): Promise<void> {
  const main = document.querySelector<HTMLElement>("main[data-follows]");
  const follows = main?.dataset.follows as Follows;
  drawn ??= main?.dataset.revision ?? "";
  for (;;) {
    const revision = overview.value?.revisions[follows];
    if (revision === undefined || revision === drawn) return;
    if (Date.now() - drawnAtMs < (PAUSE_MS[follows] ?? 0)) return; // the next word of the server brings it
    await redraw();
    drawn = revision;
    drawnAtMs = Date.now();
  }
}

/** Takes what the server draws (charts, lists) anew from the page itself. */
async function redraw(): Promise<void> {
  const headers = { accept: "text/html" }; // the API may have the same path
  const res = await fetch(location.href, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!res.ok) throw new Error(`The page answered ${res.status}`);
  const page = new DOMParser().parseFromString(await res.text(), "text/html");
  for (const part of document.querySelectorAll("[data-redraw]")) {
    const fresh = page.getElementById(part.id);
    if (fresh) replaceIn(part, fresh);
  }
  localTimes();
}

const FOCUSABLE = "a[href], button, input, select, textarea, summary";

/** Puts new content in, and leaves open what was open, ticked what was ticked, and the focus where it was. */
function replaceIn(part: Element, fresh: Element): void {
  const boxes = (all: Element) => [...all.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
  const ticked = new Set(
    boxes(part).filter((box) => box.checked).map(({ name, value }) => `${name} ${value}`),
  );
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  const focused = [...part.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement!);
  part.replaceChildren(...fresh.childNodes);
  part.querySelectorAll("details").forEach((details, i) => details.open ||= open[i] ?? false);
  for (const box of boxes(part)) box.checked ||= ticked.has(`${box.name} ${box.value}`);
  if (focused >= 0) part.querySelectorAll<HTMLElement>(FOCUSABLE)[focused]?.focus({ preventScroll: true });
}

/** Writes the times that the server drew, outside islands, in the reader's zone. */
export function localTimes(): void {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-as]")) {
    element.textContent = moment(element.dateTime, element.dataset.as as MomentKind, zone.value);
  }
}
