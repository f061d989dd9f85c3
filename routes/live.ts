import type { Dashboard } from "../src/dashboard/dashboard.ts";
import { define } from "../src/dashboard/define.ts";
import { createFeed, type Feed } from "../src/dashboard/feed.ts";
import { overviewView } from "../src/dashboard/view.ts";

const FEEDS = new WeakMap<Dashboard, Feed>();

function feedOf(dashboard: Dashboard): Feed {
  const known = FEEDS.get(dashboard) ?? createFeed(() => overviewView(dashboard));
  FEEDS.set(dashboard, known);
  return known;
}

/** The live parts of the pages: as server-sent events to who asks for them, else once, as JSON. */
export const handler = define.handlers({
  async GET({ req, url, state: { dashboard, mayStillRead } }) {
    const headers = { "cache-control": "no-store" };
    if (!req.headers.get("accept")?.includes("text/event-stream")) {
      return Response.json(await overviewView(dashboard), { headers });
    }
    const last = req.headers.get("last-event-id") ?? url.searchParams.get("last");
    const stream = await feedOf(dashboard).listen(last, req.signal, mayStillRead);
    if (stream === null) {
      return new Response("Too many pages are open; try again", {
        status: 503,
        headers: { "retry-after": "10" },
      });
    }
    return new Response(stream, { headers: { ...headers, "content-type": "text/event-stream" } });
  },
});
