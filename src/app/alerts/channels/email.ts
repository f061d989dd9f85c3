import { withDeadline } from "../../../core/deadline.ts";
import nodemailer from "nodemailer";
import type { Delivery } from "../../../alerts/alert.ts";
import { type Channel, FinalDeliveryError, lineOf } from "./channel.ts";

const TIMEOUT_MS = 10_000;

export interface EmailOptions {
  /** `smtps://` speaks TLS from the start; `smtp://` turns to it where the server offers it, and must before a password */
  url: string;
  from: string;
  to: readonly string[];
  /** certificates to trust besides the well-known ones, PEM */
  ca?: string;
}

/**
 * Sends each delivery as a mail. Its Message-ID follows from the delivery's id, so that a mail server or a reader can
 * tell a repetition; what is said about one alert hangs together as one thread.
 */
export function emailChannel({ url, from, to, ca }: EmailOptions): Channel {
  const transport = nodemailer.createTransport(transportOptions(url, ca));
  const domain = from.split("@").at(-1);
  return {
    name: "email",
    async send(delivery) {
      try {
        await withDeadline(
          transport.sendMail({
            from,
            to: [...to],
            messageId: `<${delivery.id}@${domain}>`,
            references: `<alert-${delivery.alertId}@${domain}>`,
            subject: `[Perennial] ${lineOf(delivery)}`.slice(0, SUBJECT_MAX),
            text: mailText(delivery),
            headers: { "X-Perennial-Delivery": delivery.id, "Auto-Submitted": "auto-generated" },
          }),
          SEND_MS,
          () => new Error(`no end within ${SEND_MS / 1000} s`),
        );
      } catch (error) {
        throw translated(error);
      }
    },
  };
}

const SUBJECT_MAX = 200; // characters
/** For the whole conversation, each step of which has its own bound. */
const SEND_MS = 30_000;

function transportOptions(url: string, ca?: string) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === "smtps:";
  const auth = username === ""
    ? undefined
    : { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: auth !== undefined, // a password never travels in the clear
    auth,
    tls: { ca },
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    dnsTimeout: TIMEOUT_MS,
  };
}

/** The mail: what it is about, what to do, the numbers behind it. */
function mailText({ id, event, createdAt, body }: Delivery): string {
  const detail = Object.entries(body.detail).map(([name, value]) =>
    `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`
  );
  const closed = body.closedAt === null ? [] : [`closed ${body.closedAt}: ${body.closedWhy}`];
  const lines = [
    body.title,
    "",
    `${event} ${createdAt}`,
    `severity: ${body.severity}`,
    `open since ${body.openedAt}, found ${body.seen} times`,
    ...closed,
    ...detail,
    "",
    `perennial alerts ack ${body.id} --why "..." says that you have seen it. Delivery ${id}`,
  ];
  return lines.join("\n");
}

/** A refusal by the server's code 5xx is final, but not of the password: that can be mended there. */
function translated(error: unknown): Error {
  const { code, responseCode, message } = error as { code?: string; responseCode?: number; message: string };
  const reason = `the mail server: ${message}`;
  const refused = responseCode !== undefined && responseCode >= 500 && code !== "EAUTH";
  return refused ? new FinalDeliveryError(reason) : new Error(reason);
}
