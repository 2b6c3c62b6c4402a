/** Short texts that several outputs share: remarks at the end, loss, stamps, names, how a host answers. */

import { assertEquals } from "@std/assert";
import { endRemarks } from "../../../src/report/end_remarks.ts";
import { describeDetails } from "../../../src/report/host_details.ts";
import { formatLoss } from "../../../src/report/loss_text.ts";
import { describeBlocked, listScanWarnings } from "../../../src/report/scan_status.ts";
import { formatStamps } from "../../../src/report/stamps_text.ts";
import { fullName, lineName, shortName } from "../../../src/report/target_name.ts";
import type { HostFindings } from "../../../src/run/audit/host_findings.ts";
import type { EndInfo } from "../../../src/run/event.ts";
import type { ScanCounts } from "../../../src/scan/scan_record.ts";
import { ProbeCounters } from "../../../src/stats/mod.ts";

Deno.test("end: what went wrong on this machine, in the singular too", () => {
  const remarks = (failedCalls: number, kernelDrops: number, droppedByUs: number) =>
    endRemarks({
      ...{ failedCalls, kernelDrops },
      totals: Object.assign(new ProbeCounters(), { droppedByUs, lost: 9 }),
    } as EndInfo);
  assertEquals(remarks(0, 0, 0), []);
  assertEquals(remarks(1, 1, 1), [
    "1 system call on the sockets failed: replies may be missing",
    "this machine's full receive buffer dropped 1 datagram",
    "up to 1 of the 9 lost probes may have been answered",
  ]);
  assertEquals(remarks(2, 3, 0), [
    "2 system calls on the sockets failed: replies may be missing",
    "this machine's full receive buffer dropped 3 datagrams",
  ]);
});

Deno.test("loss: to a tenth of a percent, without a decimal that is 0", () => {
  const loss = (received: number, lost: number) =>
    formatLoss(Object.assign(new ProbeCounters(), { sent: received + lost, received, lost }));
  assertEquals([loss(9, 1), loss(2, 1), loss(0, 5), loss(7, 0), loss(0, 0)], [
    ...["10 % loss", "33.3 % loss", "100 % loss", "0 % loss", "loss unknown"],
  ]);
});

Deno.test("stamps: a time of day with its number, any other number in hexadecimal too", () => {
  const arrival = { realtimeNs: 86_399_999.9e6, monotonicNs: 0, source: "kernel" } as const;
  const stamps = { originateMs: 0, receiveMs: 86_399_999, transmitMs: 86_400_000 };
  assertEquals(formatStamps(stamps, arrival), [
    "originate 00:00:00.000 (0)  receive 23:59:59.999 (86399999)",
    "transmit 0x5265c00 (86400000)  arrival 23:59:59.999 (86399999)",
  ]);
});

Deno.test("names: the address beside a name where a line has room for both", () => {
  const options = { numeric: false };
  const target = (label: string) => ({ label, address: 0xc0000207 });
  assertEquals(lineName(target("ten.letter"), options), "ten.letter (192.0.2.7)");
  assertEquals(lineName(target("eleven.lett"), options), "eleven.lett");
  assertEquals(fullName(target("eleven.lett"), options), "eleven.lett (192.0.2.7)");
  assertEquals(fullName(target("eleven.lett"), { numeric: true }), "192.0.2.7");
  assertEquals(fullName(target("192.0.2.7"), options), "192.0.2.7");
});

Deno.test("names: what a resolver says of an address, without controls; never in place of a name that was given", () => {
  const names = { get: (address: number) => address === 0xc0000207 ? "a\x1b.example" : undefined };
  const options = { numeric: false, names };
  assertEquals(shortName({ label: "192.0.2.7", address: 0xc0000207 }, options), "a\ufffd.example");
  assertEquals(shortName({ label: "mine", address: 0xc0000207 }, options), "mine");
  assertEquals(shortName({ label: "192.0.2.8", address: 0xc0000208 }, options), "192.0.2.8");
  assertEquals(
    shortName({ label: "192.0.2.7", address: 0xc0000207 }, { ...options, numeric: true }),
    "192.0.2.7",
  );
});

Deno.test("names: in a capture, the client that asks, but for the first", () => {
  const target = { label: "192.0.2.7", address: 0xc0000207, client: 0xc6336409 };
  const names = [undefined, 0xc6336409, 0xc6336401].map((client) =>
    fullName(target, { numeric: true, client })
  );
  assertEquals(names, ["192.0.2.7", "192.0.2.7", "192.0.2.7 < 198.51.100.9"]);
  assertEquals(
    fullName({ label: "192.0.2.7", address: 0xc0000207 }, { numeric: true, client: 0 }),
    "192.0.2.7",
  );
});

Deno.test("details: nothing of a host that did not answer, and no part that there is not", () => {
  const labels = [{ label: "lazy", count: 3, of: 4 }];
  const details = (more: object) =>
    describeDetails({
      ...{ verdict: "right", behaviour: { labels }, conformance: [], ttl: undefined },
      ...more,
    } as unknown as HostFindings);
  assertEquals(details({}), "lazy 3/4");
  assertEquals(details({ ttl: 0 }), "lazy 3/4; TTL 0");
  const passed = [{ clause: "code-zero", result: "pass", evidence: "4 of 4" }];
  assertEquals(details({ conformance: passed }), "lazy 3/4");
  for (const verdict of ["silent", "icmp_error"]) assertEquals(details({ verdict, ttl: 9 }), "");
  assertEquals(details({ behaviour: { labels: [] }, ttl: 9 }), "");
});

Deno.test("scan: warnings about a single datagram, call, reply and probe", () => {
  const none = { dropped: 0, failedCalls: 0, blocked: 0, unsent: 0, replies: 5 };
  const warnings = (more: object) =>
    listScanWarnings({ ...none, ...more } as unknown as ScanCounts & { stuck?: number });
  assertEquals(warnings({ stuck: 0 }), []);
  assertEquals(warnings({ dropped: 1, failedCalls: 1, blocked: 1, unsent: 1, stuck: 1 }), [
    "lost replies: the kernel dropped 1 datagram because the receive buffer was full; a lower --rate avoids that",
    "lost replies, perhaps: 1 call to receive them failed",
    "lost replies: this machine's firewall kept back 1, see nft list ruleset, iptables-save and rp_filter",
    "the kernel refused 1 probe: its host was not asked",
    "the link took no more probes: some of those sent have not left this machine",
  ]);
  assertEquals(
    describeBlocked({ blocked: 1200, replies: 0 } as ScanCounts),
    "this machine's firewall lets no reply through: 1,200 arrived, see nft list ruleset, iptables-save and rp_filter",
  );
});
