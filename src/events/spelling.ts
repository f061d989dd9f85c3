/** How languages spell their words, as far as it tells the encodings apart that they are written in. */

/** Letters of a language beyond a to z, and what of them no word of it has. */
interface Spelling {
  readonly letters: string;
  readonly never?: RegExp;
}

const VOWEL = "aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüý";

/** What no word of Windows-1252 has, whatever its language. */
const NEVER_WESTERN = new RegExp(
  [
    `^è.|è[${VOWEL}]`, // Černý, Kučera
    "[ìù].", // Němec, Šimůnek
    `[aiouyàáåæéíóúý]ø|ø[aiouáíóú]`, // Dvořák, Kolář, Jiří
    `[${VOWEL}]æ|æ$(?<=[${VOWEL}].)`, // Petrović
    `ñ(?![${VOWEL}])`, // Gdańsk
    `[${VOWEL}]œ|œ[^cdilmnstu]`, // Kaśka
    "ã[^oen]", // Băsescu
    "(?<!^)þ", // Ayşe
    "^ð", // Đorđe
    `[^aeou]ï`, // Ďáblice
  ].join("|"),
);

/** Languages of Windows-1252. */
const WESTERN: readonly Spelling[] = [
  { letters: "äöüßéèáàêëçôñóíúâîå" }, // German, with names of its neighbours
  { letters: "àâæçéèêëîïôœùûüÿñ" }, // French
  { letters: "áéíñóúü" }, // Spanish
  { letters: "áâãàçéêíóôõúü", never: /õ[^e]/ }, // Portuguese
  { letters: "àèéìîòóù", never: /[àèìòù]./ }, // Italian
  { letters: "àçèéíïòóúü", never: /ò[aeou]|[aeou]ò/ }, // Catalan
  { letters: "åäöæøéèüóàáô" }, // Danish, Norwegian, Swedish
  { letters: "áéíóúýþæöðø", never: /[cqwz]|[aeouáéóú]ö/ }, // Icelandic, Faroese
  { letters: "äöõüšž", never: new RegExp(`[cqwxyz]|[^${VOWEL}][šž][^${VOWEL}]`) }, // Estonian, Finnish
  { letters: "áéíóúàèëêïöüçô" }, // Dutch, Irish
];

const CENTRAL: readonly Spelling[] = [
  { letters: "áčďéěíňóřšťúůýžöüä" }, // Czech, with German names
  { letters: "áäčďéíĺľňóôŕšťúýž" }, // Slovak
  { letters: "ąćęłńóśźżö" }, // Polish
  { letters: "áéíóöőúüű" }, // Hungarian
  { letters: "ăâîşţáéöü" }, // Romanian
  { letters: "čćđšž" }, // Croatian, Slovenian
];

const TURKISH: readonly Spelling[] = [{ letters: "çğıöşüâîû" }];
const BALTIC: readonly Spelling[] = [{ letters: "ąčęėįšųūž" }, { letters: "āčēģīķļņšūž" }];

/** A word that is written as names and sentences are: capitals at its start, or throughout. */
const IS_CASED = /^(?:\p{Lu}?[\p{Ll}\p{Lo}\p{M}]*|\p{Lu}+)$/u;
/** As `McDonald`. */
const HAS_INNER_CAPITAL = /^\p{Lu}\p{Ll}+(?:\p{Lu}\p{Ll}+)+$/u;

function isSpelled(word: string, spellings: readonly Spelling[]): boolean {
  if (!IS_CASED.test(word) && !HAS_INNER_CAPITAL.test(word)) return false;
  const lower = word.replaceAll("İ", "i").toLowerCase();
  if (spellings === WESTERN && NEVER_WESTERN.test(lower)) return false;
  const marked = lower.replace(/[a-z]/g, "");
  return spellings.some(({ letters, never }) =>
    [...marked].every((letter) => letters.includes(letter)) && !never?.test(lower)
  );
}

const ofScript = (script: RegExp) => (word: string): boolean =>
  script.test(word) && (IS_CASED.test(word) || !/\p{L}/u.test(word));

type Fits = (word: string) => boolean;
const spelledAs = (spellings: readonly Spelling[]): Fits => (word) => isSpelled(word, spellings);
const CYRILLIC = ofScript(/^[\u0400-\u045f\u0490\u0491]+$/);
const GREEK = ofScript(/^[\u0386-\u03ce]+$/);
const HAN = ofScript(/^[\u4e00-\u9fff]+$/);

/** Encodings of one or two bytes a character, and what a word of each looks like. */
export const READINGS: readonly { readonly label: string; readonly fits: Fits }[] = [
  { label: "windows-1252", fits: spelledAs(WESTERN) },
  { label: "windows-1250", fits: spelledAs(CENTRAL) },
  { label: "iso-8859-2", fits: spelledAs(CENTRAL) },
  { label: "iso-8859-15", fits: (word) => word === "€" || isSpelled(word, WESTERN) },
  { label: "windows-1254", fits: spelledAs(TURKISH) },
  { label: "windows-1257", fits: spelledAs(BALTIC) },
  { label: "macintosh", fits: spelledAs(WESTERN) },
  { label: "windows-1251", fits: CYRILLIC },
  { label: "koi8-r", fits: CYRILLIC },
  { label: "ibm866", fits: CYRILLIC },
  { label: "iso-8859-5", fits: CYRILLIC },
  { label: "windows-1253", fits: GREEK },
  { label: "iso-8859-7", fits: GREEK },
  { label: "shift_jis", fits: ofScript(/^[\u3040-\u30ff\u4e00-\u9fff]+$/) },
  { label: "euc-jp", fits: ofScript(/^[\u3040-\u30ff\u4e00-\u9fff]+$/) },
  { label: "gbk", fits: HAN },
  { label: "big5", fits: HAN },
  { label: "euc-kr", fits: ofScript(/^[\uac00-\ud7a3]+$/) },
];
