/** Files within files, files put one behind the other, and files that are none of ours. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { tryImport } from "../../src/app/events/try_import.ts";
import { NOW_MS, rawsOf, readBytes, withFile } from "./support.ts";

const HEADER = "user_id,type,timestamp";
const file = (user: string) => `${HEADER}\n${user},view,2024-03-04\n`;
const users = async (bytes: Uint8Array) =>
  (await rawsOf(bytes)).map((raw) => typeof raw === "string" ? raw : (raw as { user: string }).user);

/** An archive as a program writes it beyond 4 GiB or 65,535 files: all sizes and places stand in 64 bits. */
function zip64(entries: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(entries)) {
    const packed = deflateRawSync(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    const extra = Buffer.alloc(28);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    [text.length, packed.length, at].forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(crc32(text), 16);
    [20, 24, 42].forEach((place) => central.writeUInt32LE(0xffffffff, place));
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(extra.length, 30);
    list.push(central, Buffer.from(name), extra);
    parts.push(local, Buffer.from(name), packed);
    at += 30 + name.length + packed.length;
  }
  const listed = Buffer.concat(list);
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  [[24, list.length / 3], [32, list.length / 3], [40, listed.length], [48, at]].forEach(([place, value]) =>
    record.writeBigUInt64LE(BigInt(value), place)
  );
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(at + listed.length), 8);
  const end = Buffer.alloc(22, 0xff);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(0, 20);
  return Buffer.concat([...parts, listed, record, locator, end]);
}

Deno.test("an archive whose sizes stand in 64 bits is read, and one that is cut is refused", async () => {
  const archive = zip64({ "a.csv": file("u1"), "b.csv": file("u2") });
  assert.deepEqual(await users(archive), ["u1", "u2"]);
  const cut = Buffer.concat([archive.subarray(0, 40), archive.subarray(-22)]);
  await assert.rejects(users(cut), /zip archive is damaged/);
});

Deno.test("gzip of several members is one file, each with a header or not", async () => {
  const members = (...texts: string[]) => Buffer.concat(texts.map((text) => gzipSync(text)));
  assert.deepEqual(await users(members(file("u1"), "u2,view,2024-03-04\n")), ["u1", "u2"]);
  assert.deepEqual(await users(members(file("u1"), file("u2"))), ["u1", "u2"]);
});

Deno.test("files put one behind the other are one: byte order marks and headers between them are no events", async () => {
  const text = `\ufeff${file("1.0")}\ufeff${file("2.0")}\ufeff"3.0",view,2024-03-05\n`;
  const { rows } = await readBytes(text);
  assert.deepEqual(rows.map((row) => "raw" in row && row.raw.user), ["1", "2", "3"]);
});

/** An archive of stored files, each with its checksum, and a comment at its end. */
function zip(
  files: Record<string, string>,
  { comment = "", sum = (text: string) => crc32(text) } = {},
): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt32LE(sum(text), 16);
    [20, 24].forEach((place) => central.writeUInt32LE(text.length, place));
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(at, 42);
    list.push(central, Buffer.from(name));
    parts.push(local, Buffer.from(name), Buffer.from(text));
    at += 30 + name.length + text.length;
  }
  const listed = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(list.length / 2, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, listed, end, Buffer.from(comment)]);
}

const ARCHIVES: readonly [name: string, bytes: Uint8Array, want: string[] | RegExp][] = [
  ["with a licence and a picture", zip({ "README.txt": "free to use", "a.csv": file("u1"), "b.png": "x" }), [
    "u1",
  ]],
  ["of a file named README", zip({ README: file("u1") }), ["u1"]],
  ["whose files lie behind ./ and ../", zip({ "./a.csv": file("u1"), "../b.csv": file("u2") }), ["u1", "u2"]],
  ["whose comment looks like its end", zip({ "a.csv": file("u1") }, { comment: "PK\x05\x06 by us" }), ["u1"]],
  ["of changed bytes", zip({ "a.csv": file("u1") }, { sum: () => 7 }), /"a\.csv" is damaged/],
];
for (const [name, bytes, want] of ARCHIVES) {
  Deno.test(`an archive ${name} is read for its events, or refused`, async () => {
    if (want instanceof RegExp) await assert.rejects(users(bytes), want);
    else assert.deepEqual(await users(bytes), want);
  });
}

for (
  const [name, pack] of [
    ["gzip", (text: string) => gzipSync(text)],
    ["an archive of several", (text: string) => zip({ "a.csv": text, "b.csv": text })],
  ] as const
) {
  Deno.test(`what ${name} holds is read to a bound, where there is one`, async () => {
    const bytes = pack(file("u1").repeat(1000));
    const read = (unpackedMax: number) =>
      withFile(bytes, (path) => tryImport([path], { nowMs: NOW_MS, unpackedMax }));
    assert.equal((await read(2 * file("u1").length * 1000)).summary.shoppers, 1);
    await assert.rejects(read(file("u1").length * 1000 - 1), /unpacked it is larger than/);
  });
}

Deno.test("what an archive holds beside its events is told", async () => {
  const { layout } = await readBytes(zip({ "a.csv": file("u1"), "LICENSE": "MIT" }));
  assert.ok(layout.notes.includes('"LICENSE" of the archive was passed over'));
});

const FOREIGN: readonly [name: string, bytes: Uint8Array | string, why: RegExp][] = [
  ["a web page", "<!doctype html><title>Sign in</title>", /it is a web page/],
  ["a PDF", "%PDF-1.7\n", /it is a PDF/],
  ["gzip within gzip", gzipSync(gzipSync(file("u1"))), /it is packed twice/],
  ["bzip2", "BZh91AY&SY", /packed by bzip2/],
  ["zstd", new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), /packed by zstd/],
  ["an old Excel workbook", Buffer.from("d0cf11e0a1b11ae1", "hex"), /save its sheet as CSV/],
  ["a new Excel workbook", zip64({ "[Content_Types].xml": "<a/>" }), /it is an Excel workbook/],
];
for (const [name, bytes, why] of FOREIGN) {
  Deno.test(`${name} is refused as what it is`, () => assert.rejects(readBytes(bytes), why));
}
