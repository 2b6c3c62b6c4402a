import { assertEquals, assertThrows } from "@std/assert";
import { parseListenAddress, type ProbeModule } from "../../../src/exporter/config.ts";
import { ConfigError } from "../../../src/exporter/config_value.ts";
import { readConfig } from "../../../src/exporter/read_config.ts";

const GROUP = { name: "a", targets: ["192.0.2.1"] };
const withGroup = (more: Record<string, unknown>) => ({ groups: [{ ...GROUP, ...more }] });

Deno.test("configuration: the least there can be, and its defaults", () => {
  const { listen, limits, groups: [group], probe, tls, users, reloadByHttp } = readConfig({
    groups: [GROUP],
  });
  assertEquals(listen, { host: "127.0.0.1", port: 9877 });
  assertEquals([limits.connections, limits.headerBytes], [64, 8192]);
  assertEquals([group?.intervalMs, group?.timeoutMs, group?.message], [1000, 1000, "timestamp"]);
  assertEquals([group?.ttl, group?.tos, group?.mark], [64, 0, undefined]);
  assertEquals([probe.allow.length, [...probe.modules.keys()]], [0, [
    "icmp_timestamp",
    "icmp_echo",
  ]]);
  assertEquals([tls, users, reloadByHttp], [undefined, [], false]);
});

Deno.test("configuration: every key is read", () => {
  const config = readConfig({
    listen: "[::1]:1",
    tls: { certificate: "c", key: "k" },
    basic_auth: [{ user: "u", password_sha256: "AB".repeat(32) }, {
      user: "v",
      password_file: "f",
    }],
    limits: {
      connections: 5,
      header_bytes: 512,
      request_time: "1s",
      answer_time: 2,
      idle_time: "1m",
    },
    reload_by_http: true,
    probe: {
      allow: ["192.0.2.0/24", "198.51.100.1-198.51.100.2"],
      at_once: 2,
      modules: { m: { message: "echo", count: 1, interval: "1ms", timeout: "1ms", mark: 3 } },
    },
    groups: [{
      ...GROUP,
      files: "hosts.txt",
      exclude: ["192.0.2.9"],
      exclude_files: ["no.txt"],
      message: "echo",
      interval: "200ms",
      timeout: "1.5s",
      source: ["eth0", "192.0.2.8"],
      mark: 1,
      ttl: 2,
      tos: 3,
      labels: { site: "b", rack: 7 },
      rtt_buckets: [0.1, 1],
      delay_change_buckets: [0.5],
    }],
  });
  assertEquals(config, {
    listen: { host: "::1", port: 1 },
    tls: { certificate: "c", key: "k" },
    users: [
      { name: "u", passwordSha256: "ab".repeat(32), passwordFile: undefined },
      { name: "v", passwordSha256: undefined, passwordFile: "f" },
    ],
    limits: { connections: 5, headerBytes: 512, requestMs: 1000, answerMs: 2000, idleMs: 60_000 },
    reloadByHttp: true,
    probe: {
      allow: [{ first: 0xc0000200, last: 0xc00002ff }, { first: 0xc6336401, last: 0xc6336402 }],
      atOnce: 2,
      modules: new Map<string, ProbeModule>([["m", {
        ...{ message: "echo", count: 1, intervalMs: 1, timeoutMs: 1, source: [], mark: 3 },
        ...{ ttl: 64, tos: 0 },
      }]]),
    },
    groups: [{
      ...{ name: "a", targets: ["192.0.2.1"], files: ["hosts.txt"], message: "echo" },
      ...{ exclude: [{ first: 0xc0000209, last: 0xc0000209 }], excludeFiles: ["no.txt"] },
      ...{
        intervalMs: 200,
        timeoutMs: 1500,
        source: ["eth0", "192.0.2.8"],
        mark: 1,
        ttl: 2,
        tos: 3,
      },
      labels: { site: "b", rack: "7" },
      buckets: { rttS: [0.1, 1], changeS: [0.5] },
    }],
  });
});

Deno.test("configuration: what is wrong is named with its place", () => {
  const wrong: readonly (readonly [value: unknown, message: string])[] = [
    [undefined, "the whole: nothing, expected a mapping"],
    [[], "the whole: [], expected a mapping"],
    [{}, "groups: nothing, expected at least one group, or probe.allow"],
    [{ groups: {} }, "groups: {}, expected a sequence"],
    [{ groups: [{ targets: ["a"] }] }, "groups[0].name: nothing, expected a text"],
    [{ groups: [{ name: "a" }] }, "groups[0].targets: nothing, expected targets or files"],
    [
      { groups: [{ ...GROUP, name: "a\u0001" }, { ...GROUP, name: "a\u0002" }] },
      'groups[1].name: "a\u0002" stands twice, expected another name',
    ],
    [{ groups: [GROUP, GROUP] }, 'groups[1].name: "a" stands twice, expected another name'],
    [{ groups: [GROUP], group: 1 }, "group: unknown key, expected one of listen, "],
    [JSON.parse('{"__proto__": 1, "groups": []}'), "__proto__: unknown key"],
    [withGroup({ targets: ["::1"] }), "groups[0].targets[0]: "],
    [withGroup({ interval: "soon" }), 'groups[0].interval: "soon", expected a time from 1ms'],
    [withGroup({ interval: 0 }), "groups[0].interval: 0, expected a time from 1ms"],
    [withGroup({ message: "udp" }), 'groups[0].message: "udp", expected one of timestamp, echo'],
    [withGroup({ ttl: 256 }), "groups[0].ttl: 256, expected a whole number from 1 to 255"],
    [withGroup({ labels: { "a-b": "x" } }), "groups[0].labels.a-b: expected a name of letters"],
    [withGroup({ labels: { __name__: "x" } }), "groups[0].labels.__name__: expected a name"],
    [withGroup({ labels: { le: "x" } }), "groups[0].labels.le: icmptime or Prometheus sets"],
    [withGroup({ labels: { a: "x".repeat(257) } }), "expected at most 256 characters"],
    [
      withGroup({ rtt_buckets: [1, 1] }),
      "groups[0].rtt_buckets: [1,1], expected 1 to 40 ascending",
    ],
    [withGroup({ rtt_buckets: ["x"] }), 'groups[0].rtt_buckets[0]: "x", expected a number'],
    [withGroup({ exclude: ["host"] }), 'groups[0].exclude[0]: "host", expected an address'],
    [{ groups: [GROUP], listen: "9877" }, 'listen: "9877", expected an address and a port'],
    [{ groups: [GROUP], tls: { key: "k" } }, "tls.certificate: nothing, expected a text"],
    [{ groups: [GROUP], basic_auth: [{ user: "a:b" }] }, "basic_auth[0].user"],
    [{ groups: [GROUP], basic_auth: [{ user: "a" }] }, "basic_auth[0]: expected either"],
    [{ groups: [GROUP], probe: { allow: ["x.example"] } }, "probe.allow[0]"],
    [{ groups: [GROUP], probe: { modules: {} } }, "probe.modules: {}, expected 1 to 64 modules"],
  ];
  for (const [value, message] of wrong) {
    assertThrows(() => readConfig(value), ConfigError, message, JSON.stringify(value));
  }
});

Deno.test("listen: addresses, names and a port", () => {
  assertEquals(parseListenAddress("192.0.2.1:80"), { host: "192.0.2.1", port: 80 });
  assertEquals(parseListenAddress(":9877"), { host: "0.0.0.0", port: 9877 });
  assertEquals(parseListenAddress("[2001:db8::1]:0"), { host: "2001:db8::1", port: 0 });
  for (const text of ["", "80", "a:b", "a:70000", "::1:80", "[x]:1", "a b:1", "http://a:1"]) {
    assertEquals(parseListenAddress(text), undefined, text);
  }
});
