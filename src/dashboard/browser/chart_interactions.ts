/** Interactions in the browser with the charts that the server drew. One set of listeners for the whole page. */
import { dragged, nearest, stepped } from "./chart_tips.ts";
import { localTimes } from "./live.ts";
import { type Range, zoomHref } from "../../../components/zoom.ts";

/** The text of a tooltip, and its place in the window, px. */
export interface Tooltip {
  text: string;
  x: number;
  y: number;
}

const HOSTS = ".chart, svg.plot";
const SVG = "http://www.w3.org/2000/svg";
const EDGE_PX = 130; // half of the widest tip

/** Attaches hover, keyboard and zoom to all charts. @param show shows a tooltip, or none   @returns detaches them */
export function attachCharts(show: (tip: Tooltip | null) => void): () => void {
  const tooltip = createTooltip(show);
  const listeners: [string, (event: never) => void][] = [
    ["pointermove", (e: PointerEvent) => e.buttons === 0 && tooltip.pointer(e)],
    ["pointerdown", (e: PointerEvent) => drag(e, tooltip.hide)],
    ["focusin", (e: FocusEvent) => tooltip.focus(e)],
    ["focusout", () => tooltip.hide()],
    ["keydown", (e: KeyboardEvent) => tooltip.key(e)],
    ["click", zoomClick],
  ];
  for (const [type, listener] of listeners) document.addEventListener(type, listener as EventListener);
  addEventListener("scroll", tooltip.follow, { passive: true });
  prepare();
  const drawnAnew = new MutationObserver(prepare);
  drawnAnew.observe(document.querySelector("main")!, { childList: true, subtree: true });
  return () => {
    drawnAnew.disconnect();
    removeEventListener("scroll", tooltip.follow);
    for (const [type, listener] of listeners) document.removeEventListener(type, listener as EventListener);
  };
}

/** Charts can be reached by keyboard, and their marks tell by us what the browser would tell by itself, on hover only. */
function prepare(): void {
  for (const host of document.querySelectorAll(HOSTS)) {
    for (const title of host.querySelectorAll("svg *:not(svg) > title")) {
      title.parentElement!.setAttribute("data-tip", title.textContent!.trim());
      title.remove();
    }
    if (host.hasAttribute("tabindex") || !host.querySelector("[data-tip]")) continue;
    host.setAttribute("tabindex", "0");
    host.setAttribute("aria-describedby", "chart-keys");
  }
}

/** The marks of a chart that tell something, from left to right. */
function marksOf(host: Element): { mark: Element; box: DOMRect }[] {
  return [...host.querySelectorAll("[data-tip]")].map((mark) => ({ mark, box: mark.getBoundingClientRect() }))
    .filter(({ box }) => box.width + box.height > 0)
    .sort((a, b) => a.box.left + a.box.right - b.box.left - b.box.right || a.box.top - b.box.top);
}

const hostOf = (event: Event) => event.target instanceof Element ? event.target.closest(HOSTS) : null;

function createTooltip(draw: (tip: Tooltip | null) => void) {
  let shown: Element | null = null;
  let index = -1;
  const hide = () => {
    shown?.classList.remove("told");
    if (shown) draw(shown = null);
  };
  const show = (mark: Element, box: DOMRect) => {
    if (mark === shown) return;
    shown?.classList.remove("told");
    (shown = mark).classList.add("told");
    place(mark, box);
  };
  const place = (mark: Element, { left, right, top }: DOMRect) => {
    const x = Math.min(Math.max((left + right) / 2, EDGE_PX), document.documentElement.clientWidth - EDGE_PX);
    draw({ text: mark.getAttribute("data-tip")!, x, y: Math.max(top, 0) });
  };
  const showNth = (host: Element, n: number | null) => {
    const marks = marksOf(host);
    index = n ?? marks.length - 1;
    const target = marks[index];
    if (target) show(target.mark, target.box);
  };
  return {
    hide,
    /** a page that scrolls, as it does when a chart is tabbed to, takes the tip along */
    follow: () => shown && place(shown, shown.getBoundingClientRect()),
    pointer(event: PointerEvent) {
      const host = hostOf(event);
      const marks = host ? marksOf(host) : [];
      const target = marks[nearest(marks.map((m) => m.box), event.clientX, event.clientY)];
      if (target) show(target.mark, target.box);
      else if (!document.activeElement?.matches(HOSTS)) hide();
    },
    focus(event: FocusEvent) {
      const host = hostOf(event);
      if (host === event.target && host?.matches(":focus-visible")) showNth(host, null); // the newest
    },
    key(event: KeyboardEvent) {
      if (event.key === "Escape") return hide();
      const host = hostOf(event);
      if (!host || host !== event.target) return;
      const next = stepped(event.key, index, marksOf(host).length);
      if (next === null) return;
      event.preventDefault();
      showNth(host, next);
    },
  };
}

/** Dragging over a chart zooms to what was dragged over. Fingers scroll the page; they have the links below the chart. */
function drag(begun: PointerEvent, hide: () => void): void {
  const host = hostOf(begun) as HTMLElement | null;
  const svg = host?.querySelector<SVGSVGElement>("svg.drawn");
  const figure = host?.closest("figure");
  if (!svg || !figure || !host?.dataset.x || begun.pointerType === "touch" || begun.button !== 0) return;
  const x = JSON.parse(host.dataset.x) as { domain: Range; pixels: Range };
  const left = svg.getBoundingClientRect().left;
  const from = begun.clientX - left;
  const veil = svg.appendChild(document.createElementNS(SVG, "rect"));
  veil.setAttribute("class", "drag");
  veil.setAttribute("height", String(svg.clientHeight));
  const moved = (event: PointerEvent) => {
    const to = event.clientX - left;
    hide();
    veil.setAttribute("x", String(Math.min(from, to)));
    veil.setAttribute("width", String(Math.abs(to - from)));
  };
  const ended = (event: PointerEvent) => {
    removeEventListener("pointermove", moved);
    removeEventListener("pointerup", ended);
    removeEventListener("pointercancel", ended);
    veil.remove();
    const range = event.type === "pointerup" ? dragged(x, from, event.clientX - left) : null;
    if (range) void zoomTo(figure, zoomHref(new URL(location.href), figure.id, range));
  };
  begun.preventDefault(); // else the browser would select the labels
  host.focus({ preventScroll: true });
  addEventListener("pointermove", moved);
  addEventListener("pointerup", ended);
  addEventListener("pointercancel", ended);
}

/** A link that zooms changes its chart only, and keeps its place under the keyboard. */
function zoomClick(event: MouseEvent): void {
  const link = event.target instanceof Element
    ? event.target.closest<HTMLAnchorElement>("a[data-zoom]")
    : null;
  const figure = link?.closest("figure");
  if (!link || !figure || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  void zoomTo(figure, link.getAttribute("href")!, link.dataset.zoom);
}

/** Takes a chart as the server draws it at another address; where that fails, goes there. */
async function zoomTo(figure: HTMLElement, href: string, focus?: string): Promise<void> {
  try {
    const res = await fetch(href, { headers: { accept: "text/html" } }); // the API may have the same path
    const drawn = new DOMParser().parseFromString(await res.text(), "text/html").getElementById(figure.id);
    if (!res.ok || !drawn) throw new Error(`The page answered ${res.status}`);
    figure.replaceChildren(...drawn.childNodes);
    history.replaceState(null, "", href.replace(/#.*/, ""));
    localTimes();
  } catch {
    return location.assign(href);
  }
  const links = [...figure.querySelectorAll<HTMLElement>("a[data-zoom]")];
  if (focus) (links.find((a) => a.dataset.zoom === focus) ?? links[0])?.focus();
}
