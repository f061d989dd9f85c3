import { HttpError } from "fresh";
import { define } from "../src/dashboard/define.ts";
import { field, ownPath, readOwnForm, seeOther } from "../src/dashboard/form.ts";
import { themeCookie, THEMES } from "../src/dashboard/theme.ts";

/** Keeps the chosen theme in a cookie, and goes back to where it was chosen. */
export const handler = define.handlers({
  async POST({ req, url }) {
    const form = await readOwnForm({ req, url });
    const theme = THEMES.find((one) => one === field(form, "theme"));
    if (!theme) throw new HttpError(400, `There is no theme "${field(form, "theme")}"`);
    return seeOther(ownPath(field(form, "to") || "/"), { "set-cookie": themeCookie(theme) });
  },
});
