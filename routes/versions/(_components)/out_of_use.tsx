import { Offers } from "../../../components/act.tsx";
import { Time } from "../../../components/status_badge.tsx";
import type { OutOfUse } from "../../../src/app/registry/retire.ts";
import type { Person } from "../../../src/dashboard/session.ts";

interface Props {
  models: OutOfUse;
  person: Person | null;
}

/** Models that are retired, and models whose file is gone; nothing where there are none. */
export function OutOfUseModels({ models: { retired, withoutFile }, person }: Props) {
  if (retired.length + withoutFile.length === 0) return null;
  const offers = [
    ...withoutFile.map((model) => ({ action: "retire" as const, model, text: `Retire ${model}` })),
    ...retired.map(({ model }) => ({ action: "restore" as const, model, text: `Restore ${model}` })),
  ];
  return (
    <section class="section" aria-labelledby="out-of-use">
      <h2 id="out-of-use">Out of use</h2>
      <ul>
        {withoutFile.map((model) => (
          <li key={model}>
            <b>{model}</b>: no file defines it any more, and its retrainer goes on. Put the file back and
            start again, or retire it.
          </li>
        ))}
        {retired.map(({ model, at, by, why }) => (
          <li key={model}>
            <b>{model}</b>: retired <Time iso={at} as="moment" /> by {by}
            {why === "" ? "" : `: ${why}`}
          </li>
        ))}
      </ul>
      <Offers person={person} here="/versions" offers={offers} />
    </section>
  );
}
