/** Filters that apply as soon as something is chosen. Without a script their button sends them. */

const FOCUS = "filter-focus";

/** What is written, digit by digit or word by word, waits for Enter or the button. */
const AT_ONCE = "select, input[type=checkbox], input[type=radio]";

/** Listens until the returned function is called; a page that a filter led to gets its focus back. */
export function applyFiltersAtOnce(): () => void {
  giveFocusBack();
  const changed = ({ target }: Event) => {
    if (!(target instanceof Element) || !target.matches(AT_ONCE)) return;
    const form = target.closest<HTMLFormElement>("form.filter[method=get]");
    if (!form) return;
    sessionStorage.setItem(FOCUS, JSON.stringify([location.pathname, target.getAttribute("name")]));
    form.requestSubmit();
  };
  document.addEventListener("change", changed);
  return () => document.removeEventListener("change", changed);
}

function giveFocusBack(): void {
  const kept = sessionStorage.getItem(FOCUS);
  sessionStorage.removeItem(FOCUS);
  if (kept === null) return;
  const [path, name] = JSON.parse(kept);
  if (path !== location.pathname) return;
  document.querySelector<HTMLElement>(`form.filter [name="${CSS.escape(String(name))}"]`)?.focus();
}
