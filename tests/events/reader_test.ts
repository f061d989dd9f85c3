import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { deflateRawSync, gzipSync } from "node:zlib";
import { rawsOf, readBytes, tryBytes } from "./support.ts";

const HEADER = "user_id,type,timestamp,amount,note";
const LINE = "u1,purchase,2024-03-04,10,ok";
const EVENT = { user: "u1", type: "purchase", time: Date.UTC(2024, 2, 4), amount: 10 };
const second = "u2,purchase,2024-03-05,20,ok";
const SECOND = { user: "u2", type: "purchase", time: Date.UTC(2024, 2, 5), amount: 20 };

for (
  const [name, text] of [
    ["LF", `${HEADER}\n${LINE}\n${second}\n`],
    ["CRLF", `${HEADER}\r\n${LINE}\r\n${second}\r\n`],
    ["CR alone", `${HEADER}\r${LINE}\r${second}\r`],
    ["mixed line ends", `${HEADER}\r\n${LINE}\n${second}\r`],
    ["no line end at the end", `${HEADER}\n${LINE}\n${second}`],
    ["a byte order mark", `\ufeff${HEADER}\n${LINE}\n${second}\n`],
    ["blank lines and rows of commas", `\n${HEADER}\n\n${LINE}\n,,,,\n , ,,,\n"","",,,\n${second}\n  \n`],
    ["a Ctrl-Z at the end", `${HEADER}\r\n${LINE}\r\n${second}\r\n\x1a`],
    ["a Ctrl-Z at the end of the last line", `${HEADER}\r\n${LINE}\r\n${second}\x1a`],
    ["comments above the header", `# export of 2024\n#\n${HEADER}\n${LINE}\n${second}\n`],
    ["a separator line", `sep=,\n${HEADER}\n${LINE}\n${second}\n`],
    ["semicolons", [HEADER, LINE, second].join("\n").replaceAll(",", ";")],
    ["tabs", [HEADER, LINE, second].join("\n").replaceAll(",", "\t")],
    ["pipes", [HEADER, LINE, second].join("\n").replaceAll(",", "|")],
    ["blanks", [HEADER, LINE, second].join("\n").replaceAll(",", "  ")],
    [
      "a separator line that no rule would find",
      "sep=~\n" + [HEADER, LINE, second].join("\n").replaceAll(",", "~"),
    ],
    ["trailing commas", [HEADER, `${LINE},`, `${second},,`].join("\n")],
    ["a trailing comma in the header too", [HEADER, LINE, second].map((line) => `${line},`).join("\n")],
    ["short rows", [HEADER, LINE.slice(0, -3), second.slice(0, -3)].join("\n")],
    [
      "quotes around everything",
      [HEADER, LINE, second].map((line) => `"${line.replaceAll(",", '","')}"`).join("\n"),
    ],
    ["a line break in the header", [HEADER.replace("note", '"note\n(free)"'), LINE, second].join("\n")],
    ["a blank behind the closing quote", [HEADER, LINE.replace("ok", '"a, b" '), second].join("\n")],
  ] as const
) {
  Deno.test(`a file with ${name} gives its events`, async () =>
    assert.deepEqual(await rawsOf(text), [EVENT, SECOND]));
}

Deno.test("a quoted field runs over any number of lines, and what it holds is no record", async () => {
  const pasted = "u9,purchase,2024-03-05,999,pasted\n".repeat(500);
  const { rows } = await readBytes([HEADER, `u1,purchase,2024-03-04,10,"ok\n${pasted}"`, second].join("\n"));
  assert.deepEqual(rows, [{ line: 2, raw: EVENT }, { line: 504, raw: SECOND }]);
});

for (
  const [name, damaged, lines] of [
    ["a stray quote that a later quote seems to close", [
      'u3,view,2024-03-04,,"open',
      LINE,
      'u4,view,2024-03-04,,"closed"',
    ], 3],
    ["quotes that are not doubled", ['u3,view,2024-03-04,,"say "hi" there"'], 1],
    ["quotes that are not doubled over lines", ['u3,view,2024-03-04,,"say "hi', LINE, '"'], 3],
    ["a quoted word before more text", ['u3,view,2024-03-04,,"Best" mug'], 1],
    ["too many columns", ["u3,view,2024-03-04,12,50,x"], 1],
  ] as const
) {
  Deno.test(`a record with ${name} costs itself, is told, and its inside is never read`, async () => {
    const { rows } = await readBytes([HEADER, ...damaged, second].join("\n"));
    assert.equal(rows.length, 2);
    assert.ok("unreadable" in rows[0]);
    assert.deepEqual([rows[0].line, rows[0].lines], [2, lines]);
    assert.deepEqual(rows[1], { line: 2 + damaged.length, raw: SECOND });
  });
}

Deno.test("a quote that is never closed ends the reading, and says of which lines", async () => {
  const trial = await tryBytes([HEADER, LINE, 'u3,view,2024-03-04,,"open', second, second].join("\n"));
  assert.deepEqual([trial.summary.accepted, trial.summary.refused], [1, 1]);
  assert.deepEqual(trial.summary.refusals, [
    { line: 3, field: null, value: "lines 3 to 5", reason: "quote is never closed" },
  ]);
  assert.equal(trial.usableShare, 1 / 4);
});

Deno.test("a record beyond a megabyte costs itself", async () => {
  const rows = await rawsOf([HEADER, `u3,view,2024-03-04,,"${"x\n".repeat(700_000)}"`, second].join("\n"));
  assert.deepEqual(rows, ["record is longer than 1,048,576 characters", SECOND]);
});

for (const ending of ["\n", "\r\n", "\r"]) {
  Deno.test(`a line beyond what is kept of one costs itself, with ${JSON.stringify(ending)} at its end`, async () => {
    const long = `u3,view,2024-03-04,,${"x".repeat(4_300_000)}`;
    const rows = await rawsOf([HEADER, long, second].join(ending));
    assert.deepEqual(rows, ["record is longer than 1,048,576 characters", SECOND]);
  });
}

const encoded = (text: string, encoding: "utf16le" | "latin1") => Buffer.from(text, encoding);
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
const UMLAUTS = [HEADER, LINE.replace("u1", "Möller"), second.replace("u2", "Müller")].join("\n");

for (
  const [name, bytes, encoding] of [
    ["UTF-8", Buffer.from(UMLAUTS), "utf-8"],
    ["Windows-1252", encoded(UMLAUTS, "latin1"), "windows-1252"],
    ["UTF-16 LE with its mark", encoded(`\ufeff${UMLAUTS}`, "utf16le"), "utf-16le"],
    ["UTF-16 BE with its mark", swapped(encoded(`\ufeff${UMLAUTS}`, "utf16le")), "utf-16be"],
    ["UTF-16 LE without a mark", encoded(UMLAUTS, "utf16le"), "utf-16le"],
    ["UTF-16 BE without a mark", swapped(encoded(UMLAUTS, "utf16le")), "utf-16be"],
  ] as const
) {
  Deno.test(`a file in ${name} is recognised, and no two shoppers are merged`, async () => {
    const { rows, layout } = await readBytes(bytes);
    assert.equal(layout.encoding, encoding);
    assert.deepEqual(rows.map((row) => "raw" in row && row.raw.user), ["Möller", "Müller"]);
  });
}

Deno.test("an id is one shopper and one product, its marks on its letters or beside them", async () => {
  const lines = [LINE, second].map((line, i) => line.replace(/u\d/, i === 0 ? "ren\u00e9" : "rene\u0301"));
  const { summary } = await tryBytes([HEADER, ...lines].join("\n"));
  assert.deepEqual([summary.accepted, summary.shoppers], [2, 1]);
});

Deno.test("JSON that has something in place of a shopper's id that can be none names no shopper, and says so", async () => {
  const users = [{}, [], true, 0, "u1", 7];
  const lines = users.map((user, i) => JSON.stringify({ ...OBJECTS[0], user, product: `p${i}` }));
  const { summary } = await tryBytes(lines.join("\n"));
  const { accepted, refused, shoppers, withoutShopper } = summary;
  assert.deepEqual({ accepted, refused, shoppers, withoutShopper }, {
    accepted: 6,
    refused: 0,
    shoppers: 2,
    withoutShopper: 4,
  });
});

/** Bytes of a text in an encoding that only a decoder is there for. */
function inEncoding(text: string, label: string): Uint8Array {
  const decoder = new TextDecoder(label);
  const pairs = (lead: number) => Array.from({ length: 0xbf }, (_, i) => [lead, 0x40 + i]);
  const wide = /jis|gbk/.test(label) ? Array.from({ length: 0x7e }, (_, i) => pairs(0x81 + i)).flat() : [];
  const bytes = new Map<string, number[]>();
  for (const code of [...Array.from({ length: 256 }, (_, i) => [i]), ...wide]) {
    const character = decoder.decode(Uint8Array.from(code));
    if (!bytes.has(character)) bytes.set(character, code);
  }
  return Uint8Array.from([...text].flatMap((character) => bytes.get(character)!));
}

const fileOf = (words: string) =>
  [HEADER, ...words.split(" ").map((word) => LINE.replace("u1", word))].join("\n");

for (
  const [language, words] of [
    ["German", "Müller Jäger Weiß Kühne Österreich Zoë 5€ STRAßE"],
    ["French", "Hélène Noël Façade forêt Loïc où déjà œuvre L’Haÿ brûlée Genève Ève À"],
    ["Spanish", "Núñez García ¿Qué? Muñoz José Ibáñez Ñoño 1º Mª ¡Olé!"],
    ["Portuguese", "São João Gonçalves ações mãe Câmara Guimarães irmã Camões"],
    ["Italian and Catalan", "caffè città perché Forlì più È història Òscar raïm"],
    ["Scandinavian", "Søren Ærø Ålborg Bjørk Høeg Tromsø Håkon Malmö Åsa Sjöström"],
    ["Icelandic", "Þór Sigurðsson Guðrún Ægir Hörður Ýmir"],
    ["Finnish, Estonian and Dutch", "Mäkinen Yö Õun Jõgi šokolaad België één ideeën"],
    ["one word", "Möller"],
  ]
) {
  Deno.test(`Windows-1252 is read without a question: ${language}`, async () => {
    const { rows, layout } = await readBytes(inEncoding(fileOf(words), "windows-1252"));
    assert.equal(layout.encoding, "windows-1252");
    assert.deepEqual(rows.map((row) => "raw" in row && row.raw.user), words.split(" "));
  });
}

for (
  const [words, ...labels] of [
    ["Novák Dvořák Černý Kučera Němec Růžička Jiří", "windows-1250", "iso-8859-2"],
    ["Dvořák", "windows-1250", "iso-8859-2"],
    ["Kučera", "windows-1250", "iso-8859-2"],
    ["Łukasz Wałęsa Żaneta Świat Gdańsk Zając", "windows-1250", "iso-8859-2"],
    ["Paweł", "windows-1250", "iso-8859-2"],
    ["Szőke Győr Petőfi Fűzfa Kovács", "windows-1250", "iso-8859-2"],
    ["Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh László János Éva Béla Győr", "windows-1250"],
    ["Băsescu Ţepeş Ştefan Constanţa", "windows-1250", "iso-8859-2"],
    ["Petrović", "windows-1250"],
    ["Müller 12€ cœur", "iso-8859-15"],
    ["Müller Schröder Größe José Málaga", "macintosh"],
    ["Yılmaz Şahin Erdoğan Gül", "windows-1254"],
    ["Žemaitė Kęstutis Jūratė", "windows-1257"],
    ["Иванов Пётр Ольга", "windows-1251", "koi8-r", "ibm866", "iso-8859-5"],
    ["Αθήνα Γιώργος", "windows-1253"],
    ["田中太郎 東京 鈴木", "shift_jis"],
    ["田中", "shift_jis"],
    ["王小明 茶杯 北京", "gbk"],
  ]
) {
  for (const label of labels) {
    Deno.test(`${words} in ${label} is asked about, and read where that is named`, async () => {
      const bytes = inEncoding(fileOf(words), label);
      await assert.rejects(readBytes(bytes), (error: Error) => {
        assert.match(error.message, new RegExp(`--encoding ${label} reads "`));
        return error.name === "InvalidInputError";
      });
      const { rows } = await readBytes(bytes, { encoding: label });
      assert.deepEqual(rows.map((row) => "raw" in row && row.raw.user), words.split(" "));
      await readBytes(bytes, { encoding: "utf-8" }); // line by line, those that are not UTF-8 left out
    });
  }
}

Deno.test("an encoding can be named, and one that is none is refused", async () => {
  const { rows, layout } = await readBytes(encoded(UMLAUTS, "latin1"), { encoding: "iso-8859-2" });
  assert.deepEqual([layout.encoding, "raw" in rows[0] && rows[0].raw.user], ["iso-8859-2", "Möller"]);
  await assert.rejects(readBytes(UMLAUTS, { encoding: "utf-9" }), /need an encoding such as/);
});

for (
  const [name, bytes, reason] of [
    ["cut in two", [0x73, 0x68, 0xc3, 0x28, 0x65, 0x73], /byte 0xC3 is not UTF-8/],
    ["without its first byte", [0x73, 0x68, 0xb6, 0x65, 0x73], /byte 0xB6 is not UTF-8/],
    ["that no text holds", [0x61, 0xff, 0xfe, 0x81], /byte 0xFF is not UTF-8/],
  ] as const
) {
  Deno.test(`a character ${name} costs its line, which is told with the byte`, async () => {
    const text = Buffer.concat([
      Buffer.from(`${HEADER}\n${LINE}\nu3,view,2024-03-04,,`),
      new Uint8Array(bytes),
      Buffer.from(`\n${second.replace("u2", "Jäger and Söhne")}\n`),
    ]);
    const { rows } = await readBytes(text);
    assert.equal(rows.length, 3);
    assert.ok("unreadable" in rows[1] && reason.test(rows[1].unreadable), JSON.stringify(rows[1]));
    assert.deepEqual(rows[2], { line: 4, raw: { ...SECOND, user: "Jäger and Söhne" } });
  });
}

const OBJECTS = [EVENT, SECOND].map(({ time, ...event }) => ({
  ...event,
  time: new Date(time).toISOString(),
}));

for (
  const [name, text] of [
    ["a JSON array in one line", JSON.stringify(OBJECTS)],
    ["a JSON array over lines", JSON.stringify(OBJECTS, null, 2)],
    [
      "one object behind the other over lines",
      OBJECTS.map((event) => JSON.stringify(event, null, 2)).join("\n"),
    ],
    ["one object behind the other in one line", OBJECTS.map((event) => JSON.stringify(event)).join("")],
    ["NDJSON", OBJECTS.map((event) => JSON.stringify(event)).join("\n")],
    ["NDJSON with CRLF", OBJECTS.map((event) => JSON.stringify(event)).join("\r\n")],
    [
      "strings with brackets and quotes",
      JSON.stringify(OBJECTS.map((event) => ({ ...event, note: '}]"\\[{' }))),
    ],
  ] as const
) {
  Deno.test(`${name} gives its events`, async () => assert.deepEqual(await rawsOf(text), [EVENT, SECOND]));
}

Deno.test("a JSON array that is cut off, or holds something else, says so and keeps its events", async () => {
  const whole = JSON.stringify(OBJECTS);
  assert.deepEqual(await rawsOf(whole.slice(0, -5)), [EVENT, "JSON ends in the middle of an object"]);
  assert.deepEqual(await rawsOf(whole.slice(0, -1)), [EVENT, SECOND, "JSON ends before its list is closed"]);
  assert.deepEqual(await rawsOf(`[7,${whole.slice(1)}`), ["is not a JSON object", EVENT, SECOND]);
});

Deno.test("a JSON array is read in pieces, wherever they are cut", async () => {
  const many = Array.from(
    { length: 5000 },
    (_, i) => ({ ...OBJECTS[0], user: `u"${i}\\`, note: "x".repeat(i % 90) }),
  );
  const raws = await rawsOf(JSON.stringify(many)) as { user: string }[];
  assert.deepEqual(raws.map(({ user }) => user), many.map(({ user }) => user));
});

/** A zip archive of these files. */
function zipOf(files: Record<string, string>): Uint8Array {
  const locals: Buffer[] = [];
  const list: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(Buffer.from(text));
    const sizes = Buffer.alloc(12);
    sizes.writeUInt32LE(packed.length, 4);
    sizes.writeUInt32LE(Buffer.byteLength(text), 8);
    const common = Buffer.concat([
      Buffer.from([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]),
      sizes,
      uint16(name.length),
      uint16(0),
    ]);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, Buffer.from(name), packed]);
    const entry = Buffer.concat([
      Buffer.from("PK\x01\x02\x14\x00", "latin1"),
      common,
      Buffer.alloc(10),
      uint32(offset),
      Buffer.from(name),
    ]);
    locals.push(local);
    list.push(entry);
    offset += local.length;
  }
  const directory = Buffer.concat(list);
  const end = [Buffer.from("PK\x05\x06\0\0\0\0", "latin1"), uint16(list.length), uint16(list.length)];
  return Buffer.concat([...locals, directory, ...end, uint32(directory.length), uint32(offset), uint16(0)]);
}
function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

Deno.test("gzip and zip are unpacked; of an archive every file is read", async () => {
  const one = `${HEADER}\n${LINE}\n`;
  assert.deepEqual(await rawsOf(gzipSync(one)), [EVENT]);
  const archive = zipOf({ "a.csv": one, "__MACOSX/a.csv": "x", "b.csv": `${HEADER}\n${second}\n` });
  assert.deepEqual(await rawsOf(archive), [EVENT, SECOND]);
  await assert.rejects(rawsOf(archive.subarray(0, -30)), /zip archive is damaged/);
  await assert.rejects(rawsOf(gzipSync(one.repeat(999)).subarray(0, 60)), /Cannot read "x.csv"/);
});

Deno.test("a column that is there twice is refused by name", async () =>
  await assert.rejects(readBytes("user_id,type,timestamp,user_id\nu1,view,2024-03-04,u2"), {
    name: "InvalidInputError",
    message: 'Cannot import "x.csv": column "user_id" is there twice; rename one of them, or leave it out',
  }));

Deno.test("an empty file is refused, and one without the columns that are needed says which", async () => {
  await assert.rejects(readBytes(""), { message: 'Cannot import "x.csv": it is empty' });
  await assert.rejects(readBytes("user_id,price\n1,2"), {
    message:
      'Cannot import "x.csv": need a column type (or event_type, event_name, event) and time (or timestamp, event_time), ' +
      'have "user_id", "price"; say --type purchase where each line is one, or --map type=COLUMN and --map time=COLUMN',
  });
});
