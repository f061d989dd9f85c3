import { ActionForm } from "./(_components)/action_form.tsx";
import { type AskedKey, askedKey } from "./(_components)/asked_key.ts";
import { actionHandlers } from "../../src/dashboard/action_handlers.ts";
import { define } from "../../src/dashboard/define.ts";

export const handler = actionHandlers<AskedKey>({
  asked: (asked) => askedKey(asked, "Revoke a key"),
  change: ({ name }, why) => ({
    method: "DELETE",
    path: `/keys/${encodeURIComponent(name)}?${new URLSearchParams({ why })}`,
  }),
  unexplained: "Say why: whoever comes next reads it in the audit",
  done: ({ name }) => `The key of ${name} is revoked, and its sessions have ended.`,
  back: () => "/keys",
});

export default define.page<typeof handler>(function RevokeKey({ data, state, url }) {
  const { subject: { name }, ...rest } = data;
  const action = {
    question: `Revoke the key of ${name}?`,
    will: [
      "Whatever is sent with it is refused from now on, and every session that it began ends.",
      "It does not come back: whoever needs one is given another.",
    ],
    button: `Revoke the key of ${name}`,
    back: "/keys",
  };
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
