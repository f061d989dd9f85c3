import { HttpError } from "fresh";
import { roleFor } from "../../components/act.tsx";
import { define } from "../../src/dashboard/define.ts";
import { seeOther, signInPath } from "../../src/dashboard/form.ts";
import { allows, aRole } from "../../src/security/roles.ts";

/** A path as the router reads it: a letter may come encoded. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    throw new HttpError(404, "There is nothing at this address");
  }
}

/** Lets only a person act who has signed in with a key that allows it; the API behind the page asks again. */
export default define.middleware(async ({ req, url, state, next }) => {
  const { person } = state;
  if (!person) {
    if (req.method === "POST") return await next(); // the form is not lost: the page says what to do
    return seeOther(signInPath(url.pathname + url.search));
  }
  const needed = roleFor(decoded(url.pathname).split("/")[2]);
  if (allows(person.role, needed)) return await next();
  throw new HttpError(
    403,
    `This needs the role ${needed}. You are signed in as ${person.name}, ${aRole(person.role)}: ` +
      "an admin can make you another key by perennial keys add",
  );
});
