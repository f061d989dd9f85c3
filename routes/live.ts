import { define } from "./(_parts)/define.ts";
import { overviewView } from "./(_parts)/view.ts";

/** The live parts of the overview, as JSON: polled each second by the islands. */
export const handler = define.handlers({
  async GET(ctx) {
    return Response.json(await overviewView(ctx.state.dashboard), {
      headers: { "cache-control": "no-store" },
    });
  },
});
