import type { Middleware } from "./context.ts";

/**
 * Sends a content security policy with every answer, as Fresh's middleware of this name does; Fresh adds directives of
 * its own to those given. Its nonces are for the inline script that it writes into each page: this host writes none, so
 * with `useNonce` no inline code passes at all.
 */
export function csp<State>(
  { csp = [], useNonce = false }: { csp?: string[]; useNonce?: boolean } = {},
): Middleware<State> {
  const policy = csp.join("; ");
  const sent = useNonce ? policy.replaceAll(" 'unsafe-inline'", "") : policy;
  return async (ctx) => {
    const answer = await ctx.next();
    answer.headers.set("content-security-policy", sent);
    return answer;
  };
}
