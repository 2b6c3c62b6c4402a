/** Whatever arrives: the engine of `respond` does not throw, and what it sends is a datagram that can be parsed. */

import { assert, assertEquals } from "@std/assert";
import { RIGHT_HOST, SOURCES_OF_TIME, TAMPERINGS, UNITS } from "../../src/respond/behaviour.ts";
import { parseDatagram } from "../../src/packet/mod.ts";
import type { BehaviourChange } from "../../src/respond/scenario.ts";
import { readScenario } from "../../src/respond/scenario_file.ts";
import { BEHAVIOUR_FIELDS } from "../../src/respond/behaviour_fields.ts";
import { at, ECHO_REQUEST, responderOf, TIMESTAMP_REQUEST } from "../unit/respond/support.ts";

/** Numbers below `limit`, by the generator of Park and Miller. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => (state = (state * 48271) % 0x7fff_ffff) % limit;
}

function anyOf<T>(next: (limit: number) => number, values: readonly T[]): T {
  return values[next(values.length)] as T;
}

function anyBehaviour(next: (limit: number) => number): BehaviourChange {
  return {
    shows: anyOf(next, SOURCES_OF_TIME),
    unit: anyOf(next, UNITS),
    littleEndian: next(2) === 0,
    highBit: next(2) === 0,
    swappedHalves: next(4) === 0,
    separateStamps: next(2) === 0,
    offsetMs: (next(2_000_000) - 1_000_000) * 1000.25,
    tickMs: anyOf(next, [0.001, 1, 15.625, 86_400_000]),
    skewPpm: next(1_000_000) - 500_000,
    checksumLazy: next(2) === 0,
    oddCode: anyOf(next, ["silent", "zero", "same"]),
    long: anyOf(next, ["cut", "return", "silent"]),
    identification: anyOf(next, ["counter", "random", "zero"]),
    tampers: TAMPERINGS.filter(() => next(5) === 0),
    ...(next(5) === 0 ? { icmpError: { type: 3, code: next(256) } } : {}),
    outJitterMs: next(3),
    duplicateRatio: next(3) / 2,
  };
}

/** A request with some octets changed, cut or added; mostly with header checksum and total length as they should be. */
function anyDatagram(next: (limit: number) => number): Uint8Array {
  const request = next(2) === 0 ? TIMESTAMP_REQUEST : ECHO_REQUEST;
  const grown = new Uint8Array(request.length + (next(3) === 0 ? next(64) : 0));
  grown.set(request);
  const view = new DataView(grown.buffer);
  view.setUint16(2, grown.length);
  for (let changes = next(4); changes > 0; changes--) {
    grown[20 + next(grown.length - 20)] = next(256);
  }
  view.setUint16(10, 0);
  let sum = 0;
  for (let offset = 0; offset < 20; offset += 2) sum += view.getUint16(offset);
  while (sum > 0xffff) sum = (sum >>> 16) + (sum & 0xffff);
  view.setUint16(10, ~sum & 0xffff);
  if (next(4) === 0) grown[next(grown.length)] = next(256);
  return next(8) === 0 ? grown.subarray(0, next(grown.length)) : grown;
}

Deno.test("respond: any octets to any host, and what is sent can be parsed", () => {
  const next = generator(20261127);
  let replies = 0;
  for (let round = 0; round < 300; round++) {
    const change = anyBehaviour(next);
    const responder = responderOf(change, { seed: next(1000) });
    for (let request = 0; request < 40; request++) {
      const bytes = anyDatagram(next);
      const before = bytes.slice();
      const { fate, departures } = responder.answer(bytes, at(request * 7));
      assertEquals(bytes, before, "a request is not written to");
      assert(departures.length === 0 || fate === "replied" || fate === "icmp_error", fate);
      for (const { bytes: sent, dueNs } of departures) {
        replies++;
        assert(dueNs >= request * 7e6, `${dueNs}`);
        const parsed = parseDatagram(sent);
        assert(parsed.ok, JSON.stringify([change, fate]));
        const { header, message } = parsed.value;
        assert(header.checksumOk && header.destination === 0xc000_0209, JSON.stringify(change));
        const isSpoiled = fate === "replied" && change.tampers?.includes("checksum");
        assertEquals(message.checksumOk, !isSpoiled, JSON.stringify(change));
      }
    }
  }
  assert(replies > 3000, `${replies}`);
});

Deno.test("respond: any JSON is a scenario or has a line for its mistake", () => {
  const next = generator(7);
  const scalars: readonly unknown[] = [
    null,
    true,
    0,
    -1,
    1e300,
    3.5,
    "",
    "198.18.0.0/24",
    "clock",
    [],
    {},
  ];
  const keys = [
    ...Object.keys(BEHAVIOUR_FIELDS),
    "addresses",
    "toString",
    "__proto__",
    "constructor",
  ];
  for (let round = 0; round < 3000; round++) {
    const host = Object.fromEntries(
      Array.from({ length: next(4) }, () => [anyOf(next, keys), anyOf(next, scalars)]),
    );
    const { scenario, problems } = readScenario({
      hosts: [host],
      every_host: anyOf(next, [{}, host]),
    });
    if (problems.length > 0) continue;
    for (const { change } of scenario.rules) {
      for (const key of Object.keys(change)) assert(Object.hasOwn(RIGHT_HOST, key), key);
    }
  }
});
