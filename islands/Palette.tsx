import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { applyFiltersAtOnce } from "../src/dashboard/browser/filters.ts";
import {
  letLettersWork,
  lettersWork,
  listenForShortcuts,
  type PageKey,
} from "../src/dashboard/browser/shortcuts.ts";
import type { Found } from "../src/dashboard/found.ts";

const ASK_AFTER_MS = 120;

/** A search over the page, and the list of keys. Without a script its link leads to the page that searches. */
export default function Palette({ pages }: { pages: PageKey[] }) {
  const finder = useRef<HTMLDialogElement>(null);
  const keys = useRef<HTMLDialogElement>(null);
  const find = () => finder.current?.showModal();
  const showKeys = () => keys.current?.showModal();
  useEffect(
    () => listenForShortcuts(pages, { find, showKeys, go: (path) => void location.assign(path) }),
    [],
  );
  useEffect(applyFiltersAtOnce, []);
  return (
    <>
      <a
        href="/find"
        aria-keyshortcuts="Control+K"
        onClick={(event) => {
          event.preventDefault();
          find();
        }}
      >
        Find <kbd>Ctrl K</kbd>
      </a>
      <dialog class="palette" ref={finder} aria-label="Find">
        <Finder />
      </dialog>
      <dialog class="palette" ref={keys} aria-label="Keyboard shortcuts">
        <Keys pages={pages} close={() => keys.current?.close()} />
      </dialog>
    </>
  );
}

/** Asks the server while a person writes; the arrow keys choose, Enter goes there. */
function Finder() {
  const found = useSignal<Found[]>([]);
  const chosen = useSignal(0);
  const said = useSignal("Write what you look for.");
  const asking = useRef<AbortController>();
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const show = (list: Found[], text: string) => {
    found.value = list;
    chosen.value = 0;
    said.value = text;
  };
  const ask = async (text: string) => {
    asking.current?.abort();
    const { signal } = asking.current = new AbortController();
    try {
      const headers = { accept: "application/json" };
      const answer = await fetch(`/find?${new URLSearchParams({ q: text })}`, { headers, signal });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const { found } = await answer.json();
      show(found, found.length === 0 ? "Nothing holds every word." : `${found.length} found.`);
    } catch {
      if (!signal.aborted) show([], "The search does not answer. Try again.");
    }
  };
  const write = (text: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(text), ASK_AFTER_MS);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const n = found.value.length;
    if (step && n > 0) {
      event.preventDefault();
      chosen.value = (chosen.value + step + n) % n;
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (found.value[chosen.value]) location.assign(found.value[chosen.value].path);
    }
  };
  return (
    <>
      <input
        type="text" // Escape would empty a field of type "search" first
        role="combobox"
        aria-label="Find a page, model, version, cycle, setting or help"
        aria-expanded={found.value.length > 0}
        aria-controls="found-list"
        aria-activedescendant={found.value.length > 0 ? `found-${chosen.value}` : undefined}
        autocomplete="off"
        maxLength={100}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={press}
      />
      <ul id="found-list" role="listbox" aria-label="Found">
        {found.value.map(({ kind, name, about, path }, i) => (
          <li
            key={path + name}
            id={`found-${i}`}
            role="option"
            aria-selected={i === chosen.value}
            onClick={() => location.assign(path)}
          >
            <b>{name}</b> <small>{kind}: {about}</small>
          </li>
        ))}
      </ul>
      <p role="status">
        <small>{said.value}</small>
      </p>
    </>
  );
}

/** The keys, and the switch for those of a single letter. */
function Keys({ pages, close }: { pages: PageKey[]; close: () => void }) {
  const work = useSignal(true);
  useEffect(() => void (work.value = lettersWork()), []);
  return (
    <>
      <h2>Keyboard shortcuts</h2>
      <dl class="keys">
        <dt>
          <kbd>Ctrl K</kbd> or <kbd>/</kbd>
        </dt>
        <dd>Find</dd>
        <dt>
          <kbd>?</kbd>
        </dt>
        <dd>Show these keys</dd>
        {pages.map(({ key, name }) => (
          <>
            <dt key={key}>
              <kbd>g</kbd> then <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={work.value}
          onChange={(event) => {
            work.value = event.currentTarget.checked;
            letLettersWork(work.value);
          }}
        />{" "}
        Keys of a single letter work in this browser
      </label>
      <p>
        <button type="button" onClick={close}>Close</button>
      </p>
    </>
  );
}
