import type { FirstSteps } from "../../src/dashboard/reads/overview.ts";
import CopyButton from "../../islands/CopyButton.tsx";
import { StatusBadge } from "../../components/status_badge.tsx";
import { count, counted } from "../../src/format/numbers.ts";
import { moment } from "../../src/format/times.ts";

const DONE = { glyph: "good", tone: "good", word: "Done" } as const;
const NEXT = { glyph: "running", tone: "unknown", word: "To do" } as const;

const EVENT = `{"type":"purchase","user":"u1","product":"p1","price":9.5,"time":"<TIME>"}`;

/** The way from an empty installation to the first prediction: what is done, and how to do what is not. */
export function FirstStepsList(
  { steps, origin, model }: { steps: FirstSteps; origin: string; model: string },
) {
  const { events, haveDays, needDays, possibleFrom, obstacle } = steps;
  const isPossible = possibleFrom !== null && Date.parse(possibleFrom) <= steps.nowMs;
  const at = new Date(steps.nowMs).toISOString().slice(0, 19);
  const send = curl(`${origin}/events`, `[${EVENT.replace("<TIME>", `${at}Z`)}]`);
  const ask = curl(`${origin}/predictions/${model}`, `{"user":"u1"}`);
  return (
    <section class="section" aria-labelledby="first-steps">
      <h2 id="first-steps">First steps</h2>
      <ol class="steps">
        <li>
          <h3>
            Import history <Mark done={events > 0} />
          </h3>
          <p>
            <a href="/act/import">Import a file</a> (CSV, JSON or Parquet), or{" "}
            <code>perennial import orders.csv</code>. Columns: type, user, time; product, price, quantity.
            {events > 0 && ` ${counted(events, "event")} stored.`}
          </p>
        </li>
        <li>
          <h3>
            Send new events <Mark done={steps.sentDaysAgo !== null && steps.sentDaysAgo < 2} />
          </h3>
          <Command text={send} what="command that sends an event" />
        </li>
        <li>
          <h3>
            First training <Mark done={false} />
          </h3>
          <p>
            {count(haveDays)} of {counted(needDays, "day")} of history.{" "}
            {possibleFrom && !isPossible && `Possible from ${moment(possibleFrom, "day")} on. `}
            {isPossible && (
              <>
                Start it with <code>perennial force</code>{" "}
                or "Run a cycle now" below, or wait for the next check.{" "}
              </>
            )}
            {obstacle && <small>Last check: {obstacle}.</small>}
          </p>
        </li>
        <li>
          <h3>
            First prediction <Mark done={false} />
          </h3>
          <Command text={ask} what="command that asks for a prediction" />
        </li>
      </ol>
    </section>
  );
}

const curl = (address: string, body: string): string =>
  `curl ${address} -H "Authorization: Bearer $PERENNIAL_API_KEY" \\\n  -H "Content-Type: application/json" -d '${body}'`;

/** A command, with the button that copies it. */
function Command({ text, what }: { text: string; what: string }) {
  return (
    <>
      <pre tabIndex={0} aria-label={`curl ${what}`}>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} what={`the ${what}`} />
    </>
  );
}

const Mark = ({ done }: { done: boolean }) => (
  <span class="mark">
    <StatusBadge badge={done ? DONE : NEXT} />
  </span>
);
