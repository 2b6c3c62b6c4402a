/** Scenarios: which host behaves how, and a line for each mistake. */

import { assertEquals } from "@std/assert";
import { RIGHT_HOST } from "../../../src/respond/behaviour.ts";
import { BEHAVIOUR_FIELDS } from "../../../src/respond/behaviour_fields.ts";
import { LIKES } from "../../../src/respond/likes.ts";
import { BehaviourTable } from "../../../src/respond/scenario.ts";
import { readScenario } from "../../../src/respond/scenario_file.ts";

const addressOf = (last: number) => 0xc612_0000 + last;

Deno.test("scenario: later rules count more than earlier ones, key by key", () => {
  const { scenario, problems } = readScenario({
    seed: 9,
    every_host: { out_ms: 5, ttl: 60 },
    hosts: [
      { addresses: "198.18.0.0/29", offset_ms: 100, ttl: 61 },
      { addresses: ["198.18.0.2", "198.18.0.4-198.18.0.5"], ttl: 62 },
      // The order of the text does not matter: what a system does comes first.
      { addresses: "198.18.0.3", ttl: 63, like: "windows" },
    ],
  });
  assertEquals([problems, scenario.seed], [[], 9]);
  const table = new BehaviourTable(scenario);
  const shown = [1, 2, 3, 5, 9].map((last) => {
    const { outMs, offsetMs, ttl, littleEndian } = table.of(addressOf(last));
    return [last, outMs, offsetMs, ttl, littleEndian];
  });
  assertEquals(shown, [
    [1, 5, 100, 61, false],
    [2, 5, 100, 62, false],
    [3, 5, 100, 63, true],
    [5, 5, 100, 62, false],
    [9, 5, 0, 60, false],
  ]);
});

Deno.test("scenario: each mistake has its place and what was expected", () => {
  const { problems } = readScenario({
    seed: -1,
    speed: 3,
    every_host: { out_ms: "5ms", ofset_ms: 1 },
    hosts: [
      { ttl: 0, addresses: "198.18.0.1" },
      { addresses: ["198.18.0.1", "198.18.0.256", 7] },
      { offset_ms: 3 },
      { addresses: "198.18.0.2", shows: "nothing", tampers: ["octets"], icmp_error: "3/256" },
      4,
    ],
  });
  const unknown = "unknown key, expected one that 'icmptime respond --list-keys' lists";
  const address = "expected an address, prefix or range";
  assertEquals(problems.map(({ path, message }) => `${path}: ${message}`), [
    "seed: -1, expected a whole number from 0 to 4294967295",
    "speed: unknown key, expected seed, every_host or hosts",
    'every_host.out_ms: "5ms", expected a number from 0 to 3600000',
    `every_host.ofset_ms: ${unknown}`,
    "hosts[0].ttl: 0, expected a whole number from 1 to 255",
    `hosts[1].addresses[1]: "198.18.0.256" is not an IPv4 address such as 192.0.2.1, ${address}`,
    `hosts[1].addresses[2]: 7, ${address}`,
    "hosts[2]: no addresses, expected addresses, prefixes or ranges",
    'hosts[3].shows: "nothing", expected one of clock, stuck, zero, one, little-endian-one, reflection, originate, random',
    'hosts[3].tampers: ["octets"], expected a list of originate, checksum, identifier, sequence, source',
    `hosts[3].icmp_error: "3/256", ${
      BEHAVIOUR_FIELDS.icmp_error?.expected.replace(/^/, "expected ")
    }`,
    "hosts[4]: 4, expected an object",
  ]);
  for (const value of [null, 3, [], "{}"]) {
    assertEquals(readScenario(value).problems, [
      { path: "", message: `${JSON.stringify(value)}, expected an object` },
    ]);
  }
});

Deno.test("scenario: every part of a behaviour can be set by a key", () => {
  const samples: Readonly<Record<string, unknown>> = {
    like: "linux",
    shows: "zero",
    unit: "unix-ms",
    odd_code: "same",
    long: "return",
    identification: "zero",
    tampers: ["source"],
    icmp_error: "host-unreachable",
  };
  const set = new Set(
    Object.entries(BEHAVIOUR_FIELDS).filter(([key]) => key !== "like").flatMap((
      [key, { read, expected }],
    ) => Object.keys(read(samples[key] ?? (expected === "true or false" ? true : 1)))),
  );
  assertEquals([...set].sort(), Object.keys(RIGHT_HOST).sort());
});

Deno.test("likes: the systems of the table of signatures", () => {
  assertEquals([...LIKES.keys()], [
    ...["linux", "freebsd", "macos", "netbsd", "openbsd", "solaris", "windows"],
  ]);
  assertEquals(LIKES.get("linux"), {
    ttl: 64,
    separateStamps: false,
    littleEndian: false,
    oddCode: "zero",
    long: "cut",
    copiesTos: true,
    checksumLazy: false,
    dontFragment: false,
    identification: "counter",
  });
  assertEquals(LIKES.get("macos")?.answersTimestamp, false);
});
