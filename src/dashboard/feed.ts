import { sha256 } from "../core/hash.ts";
import type { OverviewView } from "./view.ts";

/** Sends the newest view to listeners as server-sent events. */
export interface Feed {
  /**
   * A stream of `view` events, each with an id, and of `beat` events while nothing changes. It ends with `signal`, and
   * when the view cannot be read: whoever listens comes back, with the id that came last.
   * @param mayStay asked with each beat: whose key was revoked hears no more
   * @param last who comes back with the id of the present view is not sent it again
   * @returns null: too many listen already   @throws the view cannot be read
   */
  listen(
    last: string | null,
    signal: AbortSignal,
    mayStay?: () => Promise<boolean>,
  ): Promise<ReadableStream<Uint8Array> | null>;
}

interface Snapshot {
  id: string;
  view: OverviewView;
}
type Listener = ReadableStreamDefaultController<Uint8Array>;

const RETRY_MS = 2000;
/** A listener that has left so many events unread is sent away. */
const UNREAD_MAX = 30;

/** Two reads a second serve all who listen, and none is made while nobody does. */
export function createFeed(
  read: () => Promise<OverviewView>,
  { everyMs = 500, beatMs = 5000, most = 100 }: { everyMs?: number; beatMs?: number; most?: number } = {},
): Feed {
  const listeners = new Map<Listener, () => Promise<boolean>>();
  let coming = 0;
  let checkedMs = 0;
  let now: Promise<Snapshot> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let quietMs = 0;

  const send = (text: string) => {
    const bytes = new TextEncoder().encode(text);
    for (const listener of [...listeners.keys()]) {
      if (listener.desiredSize !== null && listener.desiredSize > -UNREAD_MAX) listener.enqueue(bytes);
      else leave(listener);
    }
    quietMs = 0;
  };
  const leave = (listener: Listener) => {
    if (!listeners.delete(listener)) return;
    try {
      listener.close();
    } catch {
      // whoever listened has gone already
    }
  };
  /** Sends away who may not stay; what cannot be asked is asked again. */
  const check = () => {
    checkedMs = 0;
    for (const [listener, mayStay] of listeners) {
      mayStay().then((may) => may || leave(listener), () => undefined);
    }
  };
  const tick = async () => {
    if ((checkedMs += everyMs) >= beatMs) check();
    const before = now;
    try {
      now = readSnapshot(read);
      const { id, view } = await now;
      quietMs += everyMs;
      if (before === null || (await before).id !== id) send(viewEvent({ id, view }));
      else if (quietMs >= beatMs) send(beatEvent(view));
    } catch {
      now = null;
      [...listeners.keys()].forEach(leave);
    }
    timer = listeners.size > 0 ? setTimeout(tick, everyMs) : undefined;
    if (timer === undefined) now = null;
  };
  return {
    async listen(last, signal, mayStay = () => Promise.resolve(true)) {
      if (listeners.size + coming >= most) return null;
      now ??= readSnapshot(read);
      coming++; // who waits for the first view has a place already
      const { id, view } = await now.catch((error) => {
        now = null; // the next one tries again
        throw error;
      }).finally(() => coming--);
      let mine: Listener;
      return new ReadableStream<Uint8Array>({
        start(listener) {
          mine = listener;
          const first = id === last ? beatEvent(view) : viewEvent({ id, view });
          listener.enqueue(new TextEncoder().encode(`retry: ${RETRY_MS}\n\n${first}`));
          listeners.set(listener, mayStay);
          timer ??= setTimeout(tick, everyMs);
          if (signal.aborted) leave(listener);
          else signal.addEventListener("abort", () => leave(listener), { once: true });
        },
        cancel: () => void listeners.delete(mine),
      });
    },
  };
}

async function readSnapshot(read: () => Promise<OverviewView>): Promise<Snapshot> {
  const view = await read();
  return { id: sha256(JSON.stringify({ ...view, readAt: "" })).slice(0, 16), view };
}

const viewEvent = ({ id, view }: Snapshot) => `event: view\nid: ${id}\ndata: ${JSON.stringify(view)}\n\n`;
const beatEvent = ({ readAt }: OverviewView) => `event: beat\ndata: ${JSON.stringify({ readAt })}\n\n`;
