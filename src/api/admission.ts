import { ApiFault } from "./problem.ts";

/** The requests that may be under way at once. */
export interface AdmissionLimits {
  requests: number;
  /** of bodies, unpacked: each costs about three times as much while it is read */
  bytes: number;
}

/** What one process takes without running out of memory, at some 400 MB beyond what it needs idle. */
export const ADMISSION: AdmissionLimits = { requests: 1_000, bytes: 128 * 1024 * 1024 };

/** A body that does not tell its length is taken for so long, and a packed one for so many times its length. */
const UNTOLD_BYTES = 4 * 1024 * 1024;
const PACKED_TIMES = 8;

/** Lets requests in while there is room for them. */
export interface Admission {
  /** Takes room for a request's body of at most `maxSize`. @returns gives it back   @throws {ApiFault} there is none */
  enter(request: Request, maxSize: number): () => void;
}

/**
 * Counts requests and the bytes of their bodies. What is beyond the limits is refused before its body is read, so that a
 * sender waits instead of this process running out of memory. A single request always fits.
 */
export function createAdmission(limits: AdmissionLimits = ADMISSION): Admission {
  let requests = 0;
  let bytes = 0;
  return {
    enter(request, maxSize) {
      const size = bodySize(request, maxSize);
      const isFull = requests >= limits.requests || bytes + size > limits.bytes;
      if (requests > 0 && isFull) {
        throw new ApiFault(
          "too-many",
          `${requests} requests with ${Math.ceil(bytes / 1024 / 1024)} MiB are under way: send it again soon`,
        );
      }
      requests++;
      bytes += size;
      return () => {
        requests--;
        bytes -= size;
      };
    },
  };
}

/** Asks for the body only where its length is not told: to have a stream of it costs a prediction a tenth of its time. */
function bodySize(request: Request, maxSize: number): number {
  const { headers } = request;
  const length = headers.get("content-length");
  if (length === null) return request.body === null ? 0 : Math.min(maxSize, UNTOLD_BYTES);
  const times = headers.has("content-encoding") ? PACKED_TIMES : 1;
  return Math.min(maxSize, Number(length) * times);
}
