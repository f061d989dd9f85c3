/** Takes what {@link JsonValues} finds. */
interface JsonSink {
  /** the text of an object, and its number in the file, from 1 */
  value(text: string, nth: number): void;
  /** something else than an object stands there */
  junk(why: string, nth: number): void;
}

const VALUE_MAX = 32 * 1024 * 1024;
const MARKS = /["\\{}[\]]/g;

/**
 * Divides a JSON array of objects, or objects one behind the other, into the texts of its objects, without holding more
 * than one of them. Text is taken piece by piece.
 */
export class JsonValues {
  #text = "";
  #at = 0;
  #depth = 0;
  #inString = false;
  #start = 0;
  #nth = 0;
  #lists = 0;

  constructor(readonly sink: JsonSink) {}

  take(text: string): void {
    this.#text += text;
    MARKS.lastIndex = this.#at;
    for (let found = MARKS.exec(this.#text); found; found = MARKS.exec(this.#text)) {
      this.#mark(found[0], found.index);
    }
    this.#at = this.#text.length;
    if (this.#inString && /(?<!\\)(\\\\)*\\$/.test(this.#text.slice(-1000))) this.#at -= 1;
    if (this.#depth === 0 && !this.#inString) this.#between(this.#text.length, { more: true });
    this.#forget();
    if (this.#text.length > VALUE_MAX) throw new RangeError("an object is longer than 32 MiB");
  }

  end(): void {
    if (this.#depth > 0 || this.#inString) {
      this.sink.junk("JSON ends in the middle of an object", this.#nth + 1);
    } else {
      this.#between(this.#text.length, { more: false });
      if (this.#lists > 0) this.sink.junk("JSON ends before its list is closed", this.#nth + 1);
    }
  }

  #mark(mark: string, index: number): void {
    if (this.#inString) {
      if (mark === "\\") MARKS.lastIndex = index + 2;
      else if (mark === '"') this.#inString = false;
    } else if (mark === '"') this.#inString = true;
    else if (mark === "{" || (mark === "[" && this.#depth > 0)) {
      if (this.#depth === 0) this.#between(index, { more: false });
      this.#depth += 1;
    } else if (mark === "}" || (mark === "]" && this.#depth > 0)) this.#close(index);
    else if (mark === "[" || mark === "]") {
      this.#between(index, { more: false });
      this.#lists += mark === "[" ? 1 : -1;
      this.#start = index + 1;
    }
  }

  #close(index: number): void {
    if (this.#depth === 0) return;
    this.#depth -= 1;
    if (this.#depth > 0) return;
    this.#nth += 1;
    this.sink.value(this.#text.slice(this.#start, index + 1), this.#nth);
    this.#start = index + 1;
  }

  /** What stands between two objects may be blanks and commas only. */
  #between(end: number, { more }: { more: boolean }): void {
    const text = this.#text.slice(this.#start, end);
    if (more && !/^[\s,]*$/.test(text)) return;
    for (const piece of text.split(",")) {
      if (piece.trim() === "") continue;
      this.#nth += 1;
      this.sink.junk("is not a JSON object", this.#nth);
    }
    this.#start = end;
  }

  /** Lets go of the text that is done. */
  #forget(): void {
    this.#text = this.#text.slice(this.#start);
    this.#at -= this.#start;
    this.#start = 0;
  }
}
