/** Keys that work on every page. Those of a single letter can be turned off, as they must be for who dictates. */

const OFF = "shortcuts-off";

/** A page that is reached by `g` and then this key. */
export interface PageKey {
  key: string;
  name: string;
  path: string;
}

/** What the keys do. */
export interface ShortcutActions {
  find(): void;
  showKeys(): void;
  go(path: string): void;
}

/** Whether keys of a single letter work in this browser. */
export const lettersWork = (): boolean => localStorage.getItem(OFF) === null;

/** Turns keys of a single letter on or off, for this browser. */
export function letLettersWork(work: boolean): void {
  if (work) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
}

const GO_WITHIN_MS = 1500;

/** Listens until the returned function is called. */
export function listenForShortcuts(pages: readonly PageKey[], actions: ShortcutActions): () => void {
  let goSince = -Infinity;
  const pressed = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey, timeStamp } = event;
    if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === "k") {
      event.preventDefault();
      return actions.find();
    }
    if (ctrlKey || metaKey || altKey || isWriting(event) || !lettersWork()) return;
    const page = timeStamp - goSince < GO_WITHIN_MS ? pages.find((page) => page.key === key) : undefined;
    goSince = key === "g" ? timeStamp : -Infinity;
    const act = page ? () => actions.go(page.path) : BY_KEY[key]?.(actions);
    if (!act) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

const BY_KEY: Readonly<Record<string, (actions: ShortcutActions) => () => void>> = {
  "/": ({ find }) => find,
  "?": ({ showKeys }) => showKeys,
};

/** Whether the key goes into a field, or into a dialog that is open; one that has just closed may still have the focus. */
function isWriting({ target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const dialog = target.closest("dialog");
  if (dialog) return dialog.open;
  return target.isContentEditable || target.closest("input, textarea, select") !== null;
}
