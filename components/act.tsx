import type { ComponentChildren } from "preact";
import type { Person } from "../src/dashboard/session.ts";
import { signInPath } from "../src/dashboard/form.ts";
import { StatusIcon } from "./status_badge.tsx";
import { allows, type Role } from "../src/security/roles.ts";

/** Actions on a version, and on the retraining of a model: each has a page that says what will happen. */
export const VERSION_ACTIONS = ["approve", "reject", "roll-back", "promote"] as const;
export type VersionActionName = typeof VERSION_ACTIONS[number];
export const RETRAINER_ACTIONS = ["start", "stop", "stop-now", "force"] as const;
export type RetrainerActionName = typeof RETRAINER_ACTIONS[number];
/** Actions on the rollout of a model that runs. */
export const ROLLOUT_ACTIONS = ["pause-rollout", "resume-rollout"] as const;
export type RolloutActionName = typeof ROLLOUT_ACTIONS[number];
/** Actions on a model as a whole, also on one that is out of use. */
export const MODEL_ACTIONS = ["retire", "restore"] as const;
export type ModelActionName = typeof MODEL_ACTIONS[number];

type ActionName = VersionActionName | RetrainerActionName | RolloutActionName | ModelActionName;

/** The page that says what an action will do, and does it once it is told why. */
export const actPath = (
  action: ActionName,
  { model, version }: { model: string; version?: number },
): string =>
  `/act/${action}?${new URLSearchParams({
    model,
    ...version === undefined ? {} : { version: String(version) },
  })}`;

/** The least role for a page below `/act`, as the API has it for the route behind the page. */
export const roleFor = (action: string): Role => ROLE_FOR[action] ?? "operator";

const ROLE_FOR: Readonly<Record<string, Role>> = {
  "configuration": "admin",
  "person": "privacy-officer",
  "add-key": "admin",
  "rotate-key": "admin",
  "revoke-key": "admin",
  "backtest": "data-scientist",
  "cancel-backtest": "data-scientist",
};

interface ActProps {
  person: Person;
  /** a page below `/act`, with its query */
  href: string;
  /** what a screen reader is told in place of the text */
  label?: string;
  children: ComponentChildren;
}

/** The way to an action; for who may not take it, the same button, locked, with the role it needs. */
export function ActButton({ person, href, label, children }: ActProps) {
  const needed = roleFor(/^\/act\/([\w-]+)/.exec(href)?.[1] ?? "");
  if (allows(person.role, needed)) return <a class="button" href={href} aria-label={label}>{children}</a>;
  return (
    <button type="button" class="locked" disabled aria-label={label && `${label}: needs the role ${needed}`}>
      <StatusIcon name="lock" />
      <span>{children}</span>
      <small>· {needed} only</small>
    </button>
  );
}

interface Offer {
  action: ActionName;
  model: string;
  version?: number;
  text: string;
}

/** Links to the actions, for who has signed in; else to the sign-in. */
export function Offers({ person, here, offers }: { person: Person | null; here: string; offers: Offer[] }) {
  if (offers.length === 0) return null;
  if (!person) {
    return (
      <p>
        <a href={signInPath(here)}>Sign in to act</a>
      </p>
    );
  }
  return (
    <p class="row">
      {offers.map((offer) => (
        <ActButton key={offer.text} person={person} href={actPath(offer.action, offer)}>
          {offer.text}
        </ActButton>
      ))}
    </p>
  );
}
