/** In the browser: brings the islands on the page to life. */
import { h, hydrate } from "preact";

const waking = [...document.querySelectorAll<HTMLElement>("fresh-island")].map(async (element) => {
  const { default: Island } = await import(`../../islands/${element.getAttribute("name")}.tsx`);
  hydrate(h(Island, JSON.parse(element.dataset.props!)), element);
});
await Promise.all(waking);
