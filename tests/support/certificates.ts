/** Certificates made for a test: an authority, and what it vouches for. */
import "reflect-metadata"; // asked for by the next one
import * as x509 from "@peculiar/x509";
import { Buffer } from "node:buffer";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

/** A certificate and its key, PEM. */
export interface MadeCertificate {
  cert: string;
  key: string;
}

/** Issues certificates; whoever trusts `cert` trusts them. */
export interface Authority {
  cert: string;
  issue(name: string, hosts?: readonly string[]): Promise<MadeCertificate>;
}

const newKeys = () =>
  crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
const validity = () => ({
  notBefore: new Date(Date.now() - DAY_MS),
  notAfter: new Date(Date.now() + DAY_MS),
  signingAlgorithm: ALGORITHM,
});

/** Makes an authority of its own. */
export async function makeAuthority(): Promise<Authority> {
  const keys = await newKeys();
  const usages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    serialNumber: "01",
    name: "CN=Perennial tests",
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(usages, true),
    ],
  });
  let serial = 1;
  return {
    cert: authority.toString("pem"),
    async issue(name, hosts = ["localhost"]) {
      const own = await newKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        ...validity(),
        serialNumber: (++serial).toString(16).padStart(2, "0"),
        subject: `CN=${name}`,
        issuer: authority.subject,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.BasicConstraintsExtension(false),
          new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({
            type: /^[\d.]+$/.test(value) ? "ip" as const : "dns" as const,
            value,
          }))),
        ],
      });
      return { cert: certificate.toString("pem"), key: await privatePem(own.privateKey) };
    },
  };
}

async function privatePem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)!.join("\n")}\n-----END PRIVATE KEY-----\n`;
}
