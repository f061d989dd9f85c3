import { HttpError, page } from "fresh";
import { ActionForm } from "./(_components)/action_form.tsx";
import { define, type State } from "../../src/dashboard/define.ts";
import { field, readForm, seeOther } from "../../src/dashboard/form.ts";
import { counted } from "../../src/format/numbers.ts";
import type { QuarantineReason } from "../../src/db/events/quarantine.ts";

/** The reason that the address names. @throws {HttpError} no event waits for it */
async function asked({ url, state }: { url: URL; state: State }): Promise<QuarantineReason> {
  const reason = url.searchParams.get("reason");
  const found = (await state.dashboard.data()).reasons.find((r) => r.reason === reason && r.events > 0);
  if (!found) throw new HttpError(404, "No quarantined event has this reason any more");
  state.title = "Retry quarantined events";
  return found;
}

export const handler = define.handlers({
  async GET(ctx) {
    return page({
      waiting: await asked(ctx),
      why: "",
      once: crypto.randomUUID(),
      problem: null as string | null,
    });
  },
  async POST(ctx) {
    const form = await readForm(ctx);
    const { sessions } = ctx.state;
    const person = ctx.state.person!;
    const why = field(form, "why");
    const once = field(form, "once");
    // not looked up before: sent twice, the first may have left nothing that waits, and the API knows the answer
    const reason = ctx.url.searchParams.get("reason");
    const refused = why
      ? await sessions.change(person, { path: "/events/quarantine/replay", body: { reason, why }, once })
      : { status: 422, why: "A reason is required: what was fixed?" };
    if (refused) {
      return page({ waiting: await asked(ctx), why, once, problem: refused.why }, { status: refused.status });
    }
    await sessions.leaveNotice(
      person,
      "The events were retried: those still in quarantine are listed below, with the reason.",
    );
    return seeOther("/data#quarantine");
  },
});

const AT_ONCE = 10_000; // events, as the API has it

export default define.page<typeof handler>(function Replay({ data, state, url }) {
  const { waiting: { reason, events }, ...rest } = data;
  const action = {
    question: `Retry ${counted(Math.min(events, AT_ONCE), "quarantined event")}?`,
    will: [
      `Reason for the quarantine: ${reason}.`,
      "Events that pass are stored as if sent now, and count once. Events that fail stay in quarantine with the newest reason.",
      "Events that were stored incompletely stay: send them again.",
      ...events > AT_ONCE
        ? [
          `The oldest ${counted(AT_ONCE, "event")} are retried; for all of them: perennial quarantine replay`,
        ]
        : [],
    ],
    button: "Retry",
    back: "/data#quarantine",
  };
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
