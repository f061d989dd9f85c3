import { type Options, SingleBar } from "cli-progress";

/** A bar that never goes back, and is full when what it shows has ended well. */
export interface ProgressBar {
  /** @param words for the places of its format */
  at(done: number, total: number, words?: Readonly<Record<string, string>>): void;
  /** Fills it: what it shows has ended. */
  finish(): void;
  /** Leaves it as it is: what it shows was broken off. */
  stop(): void;
}

const PARTS = 1000;

/**
 * Makes a bar, which appears with its first step.
 * @param format as of cli-progress; `{done}` and `{total}` are steps as they were told
 */
export function progressBar(format: string, options: Options = {}): ProgressBar {
  const bar = new SingleBar({
    hideCursor: true,
    barsize: 30,
    ...options,
    format: format.replaceAll("{total}", "{of}"),
  });
  let furthest = 0;
  let words: Record<string, string> = {};
  let isOpen = false;
  const end = () => {
    if (isOpen) bar.stop();
    isOpen = false;
  };
  return {
    at(done, total, told = {}) {
      const part = total > 0 ? Math.min(PARTS, Math.floor(PARTS * done / total)) : 0;
      if (part < furthest) return;
      furthest = part;
      words = { ...told, done: String(done), of: String(total) };
      if (!isOpen) bar.start(PARTS, part, words);
      isOpen = true;
      bar.update(part, words);
    },
    finish() {
      if (isOpen) bar.update(PARTS, { ...words, done: words.of });
      end();
    },
    stop: end,
  };
}
