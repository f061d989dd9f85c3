import { options, type VNode } from "preact";

/** What Fresh adds to a link besides `aria-current`, and so the sign that it was Fresh who marked it. */
const MARKS = ["data-current", "data-ancestor"] as const;

/**
 * Takes back what Fresh says of links. It marks each link to the page itself, or to an ancestor of it, as current: a
 * chart's CSV and zoom, the heads that sort a table, the way back to a list. Only the top bar says where one is, and says
 * so itself. Nothing happens on our own host, which marks none. To be called once Fresh is loaded.
 */
export function leaveLinksUnmarked(): void {
  const before = options.vnode;
  options.vnode = (vnode: VNode) => {
    before?.(vnode);
    if (vnode.type === "a") unmark(vnode.props as Record<string, unknown>);
  };
}

function unmark(props: Record<string, unknown>): void {
  if (!MARKS.some((mark) => mark in props)) return;
  for (const name of [...MARKS, "aria-current"]) delete props[name];
}
