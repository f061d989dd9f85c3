import type { Action } from "../../../components/retrainer_actions.ts";
import type { Person } from "../../../src/dashboard/session.ts";
import { Problem } from "../../../components/problem.tsx";
import { Crumbs, pageAbove } from "../../../components/crumbs.tsx";
import { PageHeader } from "../../../components/page_header.tsx";

/** Characters of a reason, as the API has it. */
export const WHY_MAX = 500;

interface Props {
  action: Pick<Action, "question" | "will" | "button" | "back">;
  person: Person | null;
  /** where the form goes */
  submitTo: string;
  why: string;
  /** the same twice counts once */
  once: string;
  /** why it was not done; null: nobody tried yet */
  problem: string | null;
}

/** Says what an action comes to, and asks why. */
export function ActionForm(
  { action: { question, will, button, back }, person, submitTo, why, once, problem }: Props,
) {
  return (
    <>
      <PageHeader>
        <Crumbs above={[pageAbove(back)]} here={button} />
        <h1>{question}</h1>
        <ul class="plain">{will.map((line) => <li key={line}>{line}</li>)}</ul>
      </PageHeader>
      {problem && <Problem text={problem} />}
      <form class="form" method="post" action={submitTo}>
        <input type="hidden" name="token" value={person?.token} />
        <input type="hidden" name="once" value={once} />
        <label for="why">
          Reason <small>Required. Recorded in the audit log with your name ({person?.name}).</small>
        </label>
        <textarea id="why" name="why" rows={3} maxLength={WHY_MAX} required>{why}</textarea>
        <p class="row">
          <button type="submit" class="chosen">{button}</button>
          <a href={back}>Cancel</a>
        </p>
      </form>
    </>
  );
}
