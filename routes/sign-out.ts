import { define } from "../src/dashboard/define.ts";
import { readForm, seeOther } from "../src/dashboard/form.ts";

export const handler = define.handlers({
  async POST(ctx) {
    await readForm(ctx);
    const { sessions, person } = ctx.state;
    return seeOther("/sign-in", { "set-cookie": await sessions.signOut(ctx.req, person!) });
  },
});
