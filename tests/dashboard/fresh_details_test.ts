/** What the pages add where Fresh itself draws them. Its own parts are repeated here word by word, as of 2.3.3. */
import assert from "node:assert/strict";
import { h, options, type VNode } from "preact";
import { render } from "preact-render-to-string";
import { leaveLinksUnmarked } from "../../src/dashboard/current_links.ts";
import { withHeaders } from "../../src/dashboard/policy.ts";

const policyOf = (answer: Response) => withHeaders(answer).headers.get("content-security-policy")!;

Deno.test("an error page that Fresh drew outside of its policy lets its own inline script run, and no other", () => {
  const drawn = Object.assign(new Response("<h1>"), { [Symbol.for("__freshNonce")]: "abc123" });
  assert.match(policyOf(drawn), /script-src 'self' 'nonce-abc123';/);
  assert.doesNotMatch(policyOf(drawn), /unsafe-inline/);
  assert.match(policyOf(new Response("<h1>")), /script-src 'self';/);
});

Deno.test("a policy that Fresh's middleware has set keeps its nonce", () => {
  const headers = { "content-security-policy": "script-src 'self' 'nonce-def'; upgrade-insecure-requests" };
  const drawn = Object.assign(new Response("", { headers }), { [Symbol.for("__freshNonce")]: "def" });
  assert.equal(policyOf(drawn), "script-src 'self' 'nonce-def'");
});

/** Fresh's `setActiveUrl()` on the page /cycles. */
function freshMarks(vnode: VNode): void {
  const props = vnode.props as Record<string, unknown>;
  if (vnode.type !== "a" || props["aria-current"] !== undefined) return;
  const path = String(props.href).split("?")[0];
  if (path === "/cycles") Object.assign(props, { "data-current": "true", "aria-current": "page" });
  if (path === "/") Object.assign(props, { "data-ancestor": "true", "aria-current": "true" });
}

Deno.test("links that Fresh marks as current are left unmarked, but for those that say so themselves", () => {
  const before = options.vnode;
  try {
    options.vnode = freshMarks;
    leaveLinksUnmarked();
    const drawn = (props: Record<string, string>) => render(h("a", props));
    assert.equal(drawn({ href: "/cycles?sort=model" }), '<a href="/cycles?sort=model"></a>');
    assert.equal(drawn({ href: "/" }), '<a href="/"></a>');
    const bar = '<a href="/cycles" aria-current="page"></a>';
    assert.equal(drawn({ href: "/cycles", "aria-current": "page" }), bar);
  } finally {
    options.vnode = before;
  }
});
