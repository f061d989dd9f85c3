import { page } from "fresh";
import { define, type State } from "./define.ts";
import { field, readForm, seeOther } from "./form.ts";

/** What a request says of itself. */
export interface Asked {
  params: Record<string, string>;
  url: URL;
  state: State;
}

interface Deeds<T> {
  /** What the address names, and the page's title. @throws {HttpError} it is not there */
  asked: (asked: Asked) => Promise<T>;
  /** What is sent to the API, beside the reason. */
  change: (of: T) => { path: string; body?: Record<string, unknown> };
  /** said where no reason was given */
  unexplained: string;
  /** said once it is done */
  done: (of: T) => string;
  /** the page to see it on */
  back: (of: T) => string;
}

/** A page that says what a deed comes to, and does it once it is told why: `data.of` is what the address names. */
export const deedHandlers = <T>({ asked, change, unexplained, done, back }: Deeds<T>) =>
  define.handlers({
    async GET(ctx) {
      const of = await asked(ctx);
      return page({ of, why: "", once: crypto.randomUUID(), problem: null as string | null });
    },
    async POST(ctx) {
      const form = await readForm(ctx);
      const { desk } = ctx.state;
      const person = ctx.state.person!;
      const of = await asked(ctx);
      const why = field(form, "why");
      const once = field(form, "once");
      const { path, body } = change(of);
      const refused = why
        ? await desk.change(person, { path, body: { ...body, why }, once })
        : { status: 422, why: unexplained };
      if (refused) {
        return page({ of, why, once, problem: refused.why as string | null }, { status: refused.status });
      }
      await desk.leaveNotice(person, done(of));
      return seeOther(back(of));
    },
  });
