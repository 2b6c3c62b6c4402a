/** Basic authentication (RFC 7617). */

import type { HttpRequest } from "../../../exporter/http_head.ts";
import { type KnownUser, sha256 } from "./config_file.ts";

/** Whether a request names a known user with the right password; any request where no user is known. */
export async function isAdmitted(
  { headers }: HttpRequest,
  users: readonly KnownUser[],
): Promise<boolean> {
  if (users.length === 0) return true;
  const [, encoded = ""] =
    /^basic +([A-Za-z0-9+/]+=*)$/i.exec(headers.get("authorization") ?? "") ??
      [];
  const pair = decodeBase64(encoded);
  const colon = pair.indexOf(":");
  const name = await sha256(pair.slice(0, Math.max(0, colon)));
  const password = await sha256(pair.slice(colon + 1));
  let found = false;
  // Every user is compared, in a time that does not depend on what differs.
  for (const user of users) {
    const isName = isEqual(name, await sha256(user.name));
    const isPassword = isEqual(password, user.passwordSha256);
    found = isName && isPassword && colon >= 0 || found;
  }
  return found;
}

function decodeBase64(text: string): string {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return "";
  }
}

/** Of texts that are equally long. */
function isEqual(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let place = 0; place < one.length; place++) {
    difference |= one.charCodeAt(place) ^ other.charCodeAt(place);
  }
  return difference === 0;
}
