/** Islands on the server: their HTML, and beside it the props that the browser wakes them with. */
import { type ComponentType, createContext, type FunctionComponent, h, options, type VNode } from "preact";
import { useContext } from "preact/hooks";
import { renderToString } from "preact-render-to-string";

const shells = new Map<unknown, FunctionComponent>();
const InsideIsland = createContext(false);

/** Has every use of `Island` drawn inside an element that says its name and props. */
export function registerIsland(name: string, Island: FunctionComponent): void {
  const Bare: FunctionComponent = (props) => Island(props); // not itself an island, so it gets no shell again
  shells.set(Island, function Shell(props) {
    if (useContext(InsideIsland)) return h(Bare, props); // the outer island brings it to life
    const element = h("fresh-island", { name, "data-props": JSON.stringify(props) }, h(Bare, props));
    return h(InsideIsland.Provider, { value: true, children: element });
  });
}

const before = options.vnode;
options.vnode = (vnode) => {
  vnode.type = (shells.get(vnode.type) as ComponentType | undefined) ?? vnode.type;
  before?.(vnode);
};

/** A whole page; it loads the browser's code only where an island needs it. */
export function renderPage(vnode: VNode): string {
  const html = "<!DOCTYPE html>" + renderToString(vnode);
  if (!html.includes("<fresh-island")) return html;
  return html.replace("</head>", '<script type="module" src="/_fresh/client.js"></script></head>');
}

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "fresh-island": { name: string; "data-props": string };
    }
  }
}
