import assert from "node:assert/strict";
import { openHeldSettings } from "../../../src/app/events/held_settings.ts";
import { pinMoment } from "../../../src/app/as_of.ts";
import { deleteSetting, putSetting } from "../../../src/db/settings.ts";
import { waitUntil } from "../../../src/embedded/waiting.ts";
import { withEvents } from "../../db/events_support.ts";

Deno.test("openHeldSettings() hears that the clock is pinned, moved and let go, and that events were deleted", () =>
  withEvents(async (sql) => {
    const held = await openHeldSettings({ sql, clock: () => 5_000, log: (line) => assert.fail(line) });
    const becomes = async (want: [number, "wall" | "pinned", number | null]) => {
      const now = () => [held.moment().asOfMs, held.moment().clock, held.keptFromMs()];
      const isSo = () => Promise.resolve(String(now()) === String(want));
      assert.ok(await waitUntil(isSo, { withinMs: 60_000, everyMs: 10 }), `${now()} never became ${want}`);
    };
    try {
      await becomes([5_000, "wall", null]);
      await pinMoment(sql, 1_000);
      await becomes([1_000, "pinned", null]);
      for (let ms = 1_001; ms <= 1_050; ms++) await pinMoment(sql, ms);
      await becomes([1_050, "pinned", null]);
      await putSetting(sql, "events_kept_from", new Date(700).toISOString());
      await becomes([1_050, "pinned", 700]);
      await deleteSetting(sql, "pinned_as_of");
      await becomes([5_000, "wall", 700]);
    } finally {
      await held.close();
    }
  }));
