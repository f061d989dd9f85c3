import { askRate } from "../rates.ts";
import type { Check } from "../view.ts";
import { percent } from "../format.ts";

/** Finds that other products are bought than before, and that it lasts: the shop sells something else now. */
export const newCatalogue: Check = (view) =>
  askRate(view, {
    kind: "unseen category",
    subject: "products",
    means: "changed",
    trouble: "more",
    series: view.days.flatMap(({ day, young }) =>
      young ? [{ day, k: young.visits, n: young.of, rows: young.events, of: young.events + young.known }] : []
    ),
    lengths: [7, 14],
    matters: ({ now, usual }) => now - usual >= 0.2,
    text: ({ now, usual }, since) =>
      `${percent(now)} of the visits buy mostly products that nobody bought until two months ago, usually ${
        percent(usual)
      }, ` +
      `since ${since}: the catalogue is a new one`,
  });
