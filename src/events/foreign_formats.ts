import { Buffer } from "node:buffer";
import { InvalidInputError } from "../core/errors.ts";

/** First bytes of formats that hold no events as they are, what they are, and what to do. */
const FOREIGN: readonly (readonly [string, string])[] = [
  ["\xff\xfe\0\0", "it is UTF-32; save it as UTF-8"],
  ["\0\0\xfe\xff", "it is UTF-32; save it as UTF-8"],
  ["\x1f\x8b", "it is packed twice; unpack it once"],
  ["PK\x03\x04", "it is an archive within another; unpack the outer one"],
  ["BZh", "it is packed by bzip2; unpack it, or pack it by gzip"],
  ["\xfd7zXZ\0", "it is packed by xz; unpack it, or pack it by gzip"],
  ["\x28\xb5\x2f\xfd", "it is packed by zstd; unpack it, or pack it by gzip"],
  ["7z\xbc\xaf\x27\x1c", "it is a 7-Zip archive; unpack it, or pack it by zip"],
  ["Rar!", "it is a RAR archive; unpack it, or pack it by zip"],
  ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is an old Excel workbook; save its sheet as CSV UTF-8"],
  ["%PDF-", "it is a PDF; export the data as CSV"],
  ["SQLite format 3\0", "it is an SQLite database; export a table as CSV"],
  ["Obj\x01", "it is Avro; export JSON lines, CSV or Parquet"],
  ["ORC", "it is ORC; export JSON lines, CSV or Parquet"],
  ["ARROW1", "it is Arrow; export Parquet"],
  ["<!DOCTYPE", "it is a web page, as one gets where a download asks to sign in"],
  ["<html", "it is a web page, as one gets where a download asks to sign in"],
  ["<?xml", "it is XML; export JSON lines, CSV or Parquet"],
];

/** @throws {InvalidInputError} the first bytes are of a format that is not read, naming it and what to do */
export function checkReadable(head: Uint8Array, name: string): void {
  const start = Buffer.from(head.subarray(0, 262)).toString("latin1");
  const isTar = start.slice(257, 262) === "ustar";
  const found = FOREIGN.find(([bytes]) => start.slice(0, bytes.length).toLowerCase() === bytes.toLowerCase());
  const why = isTar ? "it is a tar archive; unpack it, or pack the files by zip" : found?.[1];
  if (why !== undefined) throw new InvalidInputError(`Cannot read "${name}": ${why}`, "file");
}
