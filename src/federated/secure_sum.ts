/**
 * A sum of vectors of which the server learns nothing but the sum, although participants may drop out at any step.
 * Each vector is masked by one stream per pair of participants, which cancel out in the sum, and by a stream of its own.
 * Source: Bonawitz et al., Practical Secure Aggregation for Privacy-Preserving Machine Learning (2017), for a server that
 * follows the protocol and looks at all that it is sent.
 */
import { canonicalJson, sha256 } from "../core/hash.ts";
import { InsufficientDataError } from "../core/errors.ts";
import { addFixed } from "./fixed_point.ts";
import { agree, derive, open, publicKeyOf, seal, stream, uniformWords } from "./secrets.ts";
import { combine, divide, type Share } from "./shamir.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A round of a participant: what it is called, and the secret that all of its keys in this round follow from. */
export interface Member {
  readonly name: string;
  /** 32 bytes that only the participant knows */
  readonly root: Bytes;
  /** what the round is for; no two rounds share it */
  readonly round: string;
}

/** First message: public keys, one for the masks and one for letters between participants. */
export interface PublicKeys {
  readonly name: string;
  readonly mask: string;
  readonly letter: string;
}

/** Those who sent their keys, by name, and how many of them it takes to end the round. */
export interface Roster {
  readonly keys: readonly PublicKeys[];
  readonly threshold: number;
}

/** Second message: shares of the own secrets, for each other member, readable by nobody else. */
export interface SealedShares {
  readonly name: string;
  /** by name of who may read it */
  readonly letters: Readonly<Record<string, string>>;
}

/** Last message: shares of what the server needs to take the masks off the sum. */
export interface Revealed {
  readonly name: string;
  /** of the streams of those whose vectors are in the sum */
  readonly own: Readonly<Record<string, string>>;
  /** of the mask keys of those who dropped out before they sent theirs */
  readonly mask: Readonly<Record<string, string>>;
}

/** Bytes as they travel: base64. */
const toText = (bytes: Bytes): string => bytes.toBase64();
const toBytes = (text: string): Bytes => Uint8Array.fromBase64(text);

const secretOf = ({ root, round }: Member, what: string): Promise<Bytes> =>
  derive(root, `perennial/${round}/${what}`);

/** The first message of a participant. */
export async function publishKeys(member: Member): Promise<PublicKeys> {
  return {
    name: member.name,
    mask: toText(await publicKeyOf(await secretOf(member, "mask"))),
    letter: toText(await publicKeyOf(await secretOf(member, "letter"))),
  };
}

/**
 * Returns who takes part, in the order of their names, and the threshold: at least `least`, and more than half, so that no
 * two groups of participants can be made to reveal different things.
 * @throws {InsufficientDataError} too few take part
 */
export function rosterOf(keys: readonly PublicKeys[], least: number): Roster {
  const threshold = Math.max(2, least, Math.floor(keys.length / 2) + 1);
  assertEnough("a secure sum", keys.length, threshold);
  return { keys: [...keys].sort((a, b) => a.name < b.name ? -1 : 1), threshold };
}

/** The second message of a participant: its two secrets, divided among all. */
export async function shareSecrets(member: Member, roster: Roster): Promise<SealedShares> {
  const { keys, threshold } = roster;
  const lot = rosterHash(roster);
  const divided = async (what: string) =>
    divide(await secretOf(member, what), {
      count: keys.length,
      threshold,
      randomness: await stream(await secretOf(member, `${what}/shares/${lot}`), (threshold - 1) * 32),
    });
  const [mask, own] = [await divided("mask"), await divided("own")];
  const letters: Record<string, string> = {};
  for (const [i, { name }] of keys.entries()) {
    const both = Uint8Array.of(...mask[i].bytes, ...own[i].bytes);
    letters[name] = toText(
      await seal(await letterKey(member, roster, { from: member.name, to: name }), both),
    );
  }
  return { name: member.name, letters };
}

/**
 * The third message of a participant: its vector, masked.
 * @param vector fixed-point numbers, shape `[d]`   @param sharers those who sent their shares; pairs are made with them
 * @throws {InsufficientDataError} fewer shared than it takes to end the round
 */
export async function maskVector(
  member: Member,
  roster: Roster,
  { vector, sharers }: { vector: BigUint64Array; sharers: readonly string[] },
): Promise<BigUint64Array<ArrayBuffer>> {
  assertEnough("a secure sum", sharers.length, roster.threshold);
  const masked = BigUint64Array.from(vector);
  addFixed(masked, await uniformWords(await secretOf(member, "own"), vector.length));
  const secret = await secretOf(member, "mask");
  for (const { name, mask } of roster.keys) {
    if (name === member.name || !sharers.includes(name)) continue;
    const seed = await pairSeed(member.round, secret, { from: member.name, to: name, mask });
    addFixed(masked, await uniformWords(seed, vector.length), member.name < name ? 1 : -1);
  }
  return masked;
}

/** Who came how far. */
export interface Attendance {
  /** those who sent shares */
  readonly sharers: readonly string[];
  /** those of them whose masked vectors arrived in time: the sum is theirs */
  readonly summed: readonly string[];
}

/**
 * The last message of a participant. Of any other member it reveals either the stream or the mask key, never both: a
 * participant answers once a round, and both together would lay that member's vector open.
 * @param letters what the other members sealed for this one, by their names
 * @throws {InsufficientDataError} too few vectors arrived
 */
export async function reveal(
  member: Member,
  roster: Roster,
  { sharers, summed, letters }: Attendance & { letters: Readonly<Record<string, string>> },
): Promise<Revealed> {
  assertEnough("a secure sum", summed.length, roster.threshold);
  const own: Record<string, string> = {};
  const mask: Record<string, string> = {};
  for (const name of sharers) {
    const key = await letterKey(member, roster, { from: name, to: member.name });
    const both = await open(key, toBytes(letters[name]));
    if (summed.includes(name)) own[name] = toText(both.slice(32));
    else mask[name] = toText(both.slice(0, 32));
  }
  return { name: member.name, own, mask };
}

/**
 * The server's part: the sum of the vectors, without the masks.
 * @param masked by name, of everyone in `summed`
 * @throws {InsufficientDataError} too few revealed their shares: the round is lost, and nothing was learnt
 */
export async function unmaskSum(
  roster: Roster,
  { round, sharers, summed, masked, revealed }: Attendance & {
    round: string;
    masked: ReadonlyMap<string, BigUint64Array>;
    revealed: readonly Revealed[];
  },
): Promise<BigUint64Array> {
  assertEnough("shares of a secure sum", revealed.length, roster.threshold);
  const placeOf = new Map(roster.keys.map(({ name }, i) => [name, i + 1]));
  const recovered = (kind: "own" | "mask", of: string) =>
    combine(
      revealed.slice(0, roster.threshold).map((message): Share => ({
        at: placeOf.get(message.name)!,
        bytes: toBytes(message[kind][of]),
      })),
    );
  const sum = new BigUint64Array(masked.get(summed[0])!.length);
  for (const name of summed) {
    addFixed(sum, masked.get(name)!);
    addFixed(sum, await uniformWords(recovered("own", name), sum.length), -1);
  }
  for (const gone of sharers.filter((name) => !summed.includes(name))) {
    const secret = recovered("mask", gone);
    for (const { name, mask } of roster.keys.filter(({ name }) => summed.includes(name))) {
      const seed = await pairSeed(round, secret, { from: gone, to: name, mask });
      addFixed(sum, await uniformWords(seed, sum.length), name < gone ? -1 : 1); // as `name` had added it
    }
  }
  return sum;
}

/** The seed that two members share, whoever of them computes it. */
async function pairSeed(
  round: string,
  secret: Bytes,
  { from, to, mask }: { from: string; to: string; mask: string },
): Promise<Bytes> {
  const pair = [from, to].sort().map(encodeURIComponent).join("/");
  return await derive(await agree(secret, toBytes(mask)), `perennial/${round}/pair/${pair}`);
}

/** The key of the one letter from a member to another; to itself too, so that all are alike. */
async function letterKey(
  member: Member,
  roster: Roster,
  { from, to }: { from: string; to: string },
): Promise<Bytes> {
  const other = roster.keys.find(({ name }) => name === (from === member.name ? to : from))!;
  const shared = await agree(await secretOf(member, "letter"), toBytes(other.letter));
  const way = [from, to].map(encodeURIComponent).join("/");
  return await derive(shared, `perennial/${member.round}/letter/${way}/${rosterHash(roster)}`);
}

const rosterHash = (roster: Roster): string => sha256(canonicalJson(roster));

function assertEnough(what: string, have: number, need: number): void {
  if (have < need) throw new InsufficientDataError(what, have, need);
}
