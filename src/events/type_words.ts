/** Words for the types that models know, squeezed: lower case, without blanks, `_` and `-`. */
const WORDS: ReadonlyMap<string, string> = new Map(Object.entries({
  purchase: "purchase",
  transaction: "purchase",
  ordercompleted: "purchase",
  checkoutcompleted: "purchase",
  orderplaced: "purchase",
  addtocart: "cart",
  productadded: "cart",
  productaddedtocart: "cart",
  productviewed: "view",
  productview: "view",
  viewitem: "view",
  itemview: "view",
  orderrefunded: "return",
  refund: "return",
}));

const squeeze = (word: string) => word.toLowerCase().replace(/[\s_-]/g, "");

/** Reads the type of events from the words of a file. */
export class TypeWords {
  readonly #given: ReadonlyMap<string, string>;
  readonly #known = new Map<string, string>();

  /** @param given the plan's own words, which count first */
  constructor(given: Readonly<Record<string, string>> = {}) {
    this.#given = new Map(Object.entries(given).map(([word, type]) => [squeeze(word), type]));
  }

  /** Words of the file that were read as another type. */
  get read(): ReadonlyMap<string, string> {
    return new Map([...this.#known].filter(([word, type]) => word.toLowerCase() !== type));
  }

  typeOf(word: string): string {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const short = squeeze(word);
    const type = this.#given.get(short) ?? WORDS.get(short) ?? word.trim().replace(/\s+/g, "_").toLowerCase();
    if (this.#known.size < 1000) this.#known.set(word, type);
    return type;
  }
}
