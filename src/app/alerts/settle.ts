import { type Alert, type AlertKind, Settlement } from "../../alerts/alert.ts";
import { lockAlerts, missAlerts, openAlert, takeLook, type Telling } from "../../db/alerts/alerts.ts";
import { inTransaction, type Sql } from "../../db/connect.ts";

/**
 * The number of looks in a row that must miss an alert before it closes. A statistic that raised an alarm falls silent
 * by chance as well: a change that is seen with 80 % power goes unseen at one look in five, at two in a row in one of
 * 25 (of looks that share no data; of looks that do, more). A person told "it is over" stops looking, so one look is
 * not enough there. What is a fact (a worker is back, the check has run) needs none beside it.
 */
const LOOKS_TO_CLOSE: Partial<Record<AlertKind, number>> = {
  degradation: 2,
  predictive: 2,
  drift: 2,
  quality: 2,
};

/** The alerts that were opened and closed. */
export interface Settled {
  opened: Alert[];
  closed: Alert[];
}

/**
 * Opens what a look wants open and closes what it does not, in one transaction.
 * @param options.observation the stored look that speaks: it counts once, however often it is settled. Left out: the
 *   settlement is about facts of this moment
 */
export function settleAlerts(
  sql: Sql,
  { scope, wanted, closedWhy }: Settlement,
  { observation, channels, nowMs }: Telling & { observation?: string },
): Promise<Settled> {
  return inTransaction(sql, async (tx) => {
    await lockAlerts(tx);
    if (observation !== undefined && !await takeLook(tx, observation, nowMs)) {
      return { opened: [], closed: [] };
    }
    const opened: Alert[] = [];
    const closed: Alert[] = [];
    for (const alert of wanted) opened.push(await openAlert(tx, alert, { channels, nowMs }));
    const except = wanted.map(({ key }) => key);
    for (const kind of scope.kinds) {
      const missing = { except, looks: LOOKS_TO_CLOSE[kind] ?? 1, why: closedWhy, nowMs };
      closed.push(...await missAlerts(tx, { kinds: [kind], model: scope.model }, missing));
    }
    return { opened, closed };
  });
}
