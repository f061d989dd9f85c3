/** E-mail addresses, phone numbers and payment cards in text that should hold none. */

/** What was found in a text. */
export type PersonalKind = "e-mail" | "phone" | "card";

/** Nearly every text has neither an @ nor seven digits with little between them: it is looked at no further. */
const SUSPICIOUS = /@|(?:\d[ ().\/-]{0,3}){6}\d/;
const isSuspicious = (text: string): boolean =>
  (text.length >= 7 || text.includes("@")) && SUSPICIOUS.test(text);

const EMAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
/** 15, 16 or 19 digits, also in groups, as cards have them; the check digit decides. */
const CARD = /(?<![\d.])(?:\d[ -]?){14,18}\d(?![\d.]*\d)/g;
/**
 * In international form (+ or 00, 8 to 15 digits), with the 0 of a country's own form and something between its parts, or
 * 3-3-4 as in North America. A bare run of digits is no phone: article numbers and barcodes are such runs.
 */
const PHONE = new RegExp(
  [
    String.raw`\+\d(?:[ ().\/-]{0,2}\d){7,14}`,
    String.raw`(?<!\d)00[1-9](?:[ ().\/-]{0,2}\d){7,13}`,
    String.raw`(?<![\w.-])\(?0\d{2,4}\)?[ \/-]\d{3,}(?:[ -]\d{2,}){0,3}`,
    String.raw`(?<![\w.-])\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}`,
  ].map((form) => `(?:${form})(?![\\d])`).join("|"),
  "g",
);

const NONE: readonly PersonalKind[] = [];

/** Returns the kinds of personal data in a text, without telling them. */
export function personalKinds(text: string): readonly PersonalKind[] {
  if (!isSuspicious(text)) return NONE;
  const kinds = new Set<PersonalKind>();
  replaced(text, (kind) => {
    kinds.add(kind);
    return "";
  });
  return [...kinds];
}

/**
 * Replaces personal data in a text by what kind it is, as `[e-mail]`.
 * @param tokenOf tells values apart without naming them, as `[e-mail 4f0c21aa]`; left out: all look alike
 */
export const maskPersonal = (text: string, tokenOf?: (value: string) => string): string =>
  replaced(text, (kind, value) => tokenOf ? `[${kind} ${tokenOf(value)}]` : `[${kind}]`);

function replaced(text: string, by: (kind: PersonalKind, value: string) => string): string {
  if (!isSuspicious(text)) return text;
  const withoutMail = text.includes("@") // else that search, over all letters there are, has nothing to find
    ? text.replace(EMAIL, (value) => by("e-mail", value.toLowerCase()))
    : text;
  return withoutMail
    .replace(CARD, (value) => {
      const digits = value.replace(/\D/g, "");
      return isCard(digits) ? by("card", digits) : value;
    })
    .replace(PHONE, (value) => {
      const digits = value.replace(/\D/g, "");
      return digits.length >= 8 && digits.length <= 15 ? by("phone", digits) : value;
    });
}

/** By what cards of the large schemes begin with and how long they are, and by their check digit (Luhn). */
function isCard(digits: string): boolean {
  const begins = digits.length === 15
    ? /^3[47]/
    : digits.length === 16
    ? /^(4|5[1-5]|2[2-7]|35|6)/
    : digits.length === 19
    ? /^(4|6)/
    : null;
  return begins !== null && begins.test(digits) && hasCheckDigit(digits);
}

function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
