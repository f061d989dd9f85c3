import type { ComponentChildren } from "preact";

interface Props {
  id?: string;
  /** redrawn when the page's data change */
  "data-redraw"?: boolean;
  children: ComponentChildren;
}

/** The head of a page: its title, and the sentence that answers the page's question. */
export function PageHeader({ children, ...attributes }: Props) {
  return <header class="page-header" {...attributes}>{children}</header>;
}
