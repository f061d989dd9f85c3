import { page } from "fresh";
import { define, type State } from "./define.ts";
import { field, readForm, seeOther } from "./form.ts";

/** The parts of a request that name an action. */
export interface ActionRequest {
  params: Record<string, string>;
  url: URL;
  state: State;
}

interface ActionPage<T> {
  /** Finds the subject that the address names, and sets the page's title. @throws {HttpError} it is not there */
  asked: (asked: ActionRequest) => Promise<T>;
  /** Returns the request to the API; what has a body carries the reason beside it. */
  change: (subject: T, why: string) => {
    method?: "POST" | "DELETE";
    path: string;
    body?: Record<string, unknown>;
  };
  /** said where no reason was given */
  unexplained: string;
  /** said once it is done */
  done: (subject: T) => string;
  /** the page to see it on */
  back: (subject: T) => string;
}

/** A page that says what an action does, and acts once it has a reason: `data.subject` is what the address names. */
export const actionHandlers = <T>({ asked, change, unexplained, done, back }: ActionPage<T>) =>
  define.handlers({
    async GET(ctx) {
      const subject = await asked(ctx);
      return page({ subject, why: "", once: crypto.randomUUID(), problem: null as string | null });
    },
    async POST(ctx) {
      const form = await readForm(ctx);
      const { sessions } = ctx.state;
      const person = ctx.state.person!;
      const subject = await asked(ctx);
      const why = field(form, "why");
      const once = field(form, "once");
      const { method = "POST", path, body } = change(subject, why);
      const refused = why
        ? await sessions.change(person, {
          method,
          path,
          body: method === "DELETE" ? undefined : { ...body, why },
          once,
        })
        : { status: 422, why: unexplained };
      if (refused) {
        return page({ subject, why, once, problem: refused.why as string | null }, {
          status: refused.status,
        });
      }
      await sessions.leaveNotice(person, done(subject));
      return seeOther(back(subject));
    },
  });
