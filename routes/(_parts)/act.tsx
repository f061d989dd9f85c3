import type { Person } from "./desk.ts";

/** What a person may do with a version, and with the retraining of a model: each has a page that says what will happen. */
export type VersionAction = "approve" | "reject" | "roll-back" | "promote";
export type RetrainerAction = "start" | "stop" | "stop-now" | "force";

/** The page that says what an action will do, and does it once it is told why. */
export const actPath = (
  action: VersionAction | RetrainerAction,
  { model, version }: { model: string; version?: number },
): string =>
  `/act/${action}?${new URLSearchParams({
    model,
    ...version === undefined ? {} : { version: String(version) },
  })}`;

interface Offer {
  action: VersionAction | RetrainerAction;
  model: string;
  version?: number;
  text: string;
}

/** What may be done, for who has signed in; else where to. */
export function Offers({ person, here, offers }: { person: Person | null; here: string; offers: Offer[] }) {
  if (offers.length === 0) return null;
  if (!person) {
    return (
      <p>
        <a href={`/sign-in?${new URLSearchParams({ to: here })}`}>Sign in to act</a>
      </p>
    );
  }
  return (
    <p class="row">
      {offers.map((offer) => (
        <a key={offer.text} class="button" href={actPath(offer.action, offer)}>{offer.text}</a>
      ))}
    </p>
  );
}
