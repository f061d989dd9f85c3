import { askRate, type Counted } from "../rates.ts";
import type { Check, View } from "../view.ts";
import { percent } from "../format.ts";

const seriesOfShoppers = (
  { days }: View,
  of: (shoppers: View["days"][number]["shoppers"]) => [number, number],
): Counted[] =>
  days.flatMap(({ day, events, shoppers }) => {
    const [k, rows] = of(shoppers);
    return shoppers.all > 0 ? [{ day, k, n: shoppers.all, rows, of: events }] : [];
  });

/** Shoppers who never sleep. */
export const restless: Check = (view) =>
  askRate(view, {
    kind: "implausible shopper",
    subject: "hours of the day",
    means: "broken",
    trouble: "more",
    series: seriesOfShoppers(view, ({ restless, restlessEvents }) => [restless, restlessEvents]),
    matters: ({ now, usual, k }) => k >= 2 && now >= 3 * usual,
    text: ({ now, usual, k }, since) =>
      `${k} times a shopper was active in eight or more hours of one day (${
        percent(now)
      } of the shoppers, usually ` +
      `${percent(usual)}), since ${since}; robots: keep them out and take their events back`,
  });

/** Many shoppers who were never seen before and leave one event each. Where they come for one product, it is in the news. */
export const newcomers: Check = (view) => {
  const fresh = view.days.filter(({ day }) => day >= view.fresh[0]).map(({ shoppers }) => shoppers);
  const single = fresh.reduce((sum, group) => sum + group.single, 0);
  const viral = fresh.reduce((sum, group) => sum + group.singleProduct, 0) > single / 2;
  return askRate(view, {
    kind: "implausible shopper",
    subject: "newcomers with one event",
    trouble: "more",
    means: viral ? "passing" : "broken",
    series: seriesOfShoppers(view, ({ single }) => [single, single]),
    matters: ({ now, usual, perDay, usualPerDay }) => now - usual >= 0.2 && perDay >= 3 * usualPerDay,
    text: ({ now, usual }, since) =>
      viral
        ? `${percent(now)} of the shoppers are newcomers with one event, most for one product, usually ${
          percent(usual)
        }, ` +
          `since ${since}: it is in the news`
        : `${percent(now)} of the shoppers are newcomers with one event each, usually ${
          percent(usual)
        }, since ${since}; ` +
          "robots, or ids that change with every event",
  });
};
