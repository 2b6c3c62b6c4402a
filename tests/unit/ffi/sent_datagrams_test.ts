import { assertEquals } from "@std/assert";
import { RETURNED_BYTES, SentDatagrams } from "../../../ffi/linux/sent_datagrams.ts";
import { Random } from "../../lab/random.ts";
import { addressNumber, buildRequest } from "../../support/request_bytes.ts";

const host = addressNumber("192.0.2.7");
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A datagram as the error queue returns it: behind `head` bytes, before `tail` bytes, cut as the program cuts it. */
function returned(datagram: Uint8Array, head: Uint8Array, tail = 0): DataView {
  const bytes = new Uint8Array(head.length + datagram.length + tail);
  bytes.set(head);
  bytes.set(datagram, head.length);
  return view(bytes.subarray(0, RETURNED_BYTES));
}

function recorded(datagrams: readonly Uint8Array[]): SentDatagrams {
  const sent = new SentDatagrams();
  for (const [key, each] of datagrams.entries()) {
    sent.record(view(each), 0, each.length, 100 + key);
  }
  return sent;
}

function find(sent: SentDatagrams, bytes: DataView, isLast = false): number | undefined {
  return sent.find(bytes, 0, bytes.byteLength, isLast);
}

/** An outer IPv4 header of another protocol, as a tunnel writes it, and its own header. */
function tunnelHead(protocol: number, bytes: number): Uint8Array {
  const head = new Uint8Array(14 + 20 + bytes);
  head.set([0x45, 0, 0, 100, 0, 0, 0, 0, 64, protocol], 14);
  head.set([192, 0, 2, 7], 14 + 16);
  return head;
}

Deno.test("a datagram is recognised behind every link's headers, padded or not", () => {
  const heads: Record<string, Uint8Array> = {
    tun: new Uint8Array(0),
    ethernet: new Uint8Array(14).fill(0x45),
    vlan: new Uint8Array(18).fill(0x46),
    odd: new Uint8Array(17),
    gre: tunnelHead(47, 4),
    ipip: tunnelHead(4, 0),
    vxlan: tunnelHead(17, 30),
  };
  const datagrams = [0, 1, 2].map((sequence) => buildRequest(host, sequence));
  const sent = recorded(datagrams);
  for (const [link, head] of Object.entries(heads)) {
    for (const tail of [0, 20]) {
      const keys = datagrams.map((each) => find(sent, returned(each, head, tail)));
      assertEquals(keys, [100, 101, 102], link);
    }
  }
});

Deno.test("an echo is recognised by its few bytes, though the driver pads the frame", () => {
  const datagrams = [8, 9, 11, 12].map((icmpBytes, sequence) => {
    const bytes = buildRequest(host, sequence, { type: 8, icmpBytes });
    return bytes.fill(7, 28);
  });
  const sent = recorded(datagrams);
  const keys = datagrams.map((each) => find(sent, returned(each, new Uint8Array(14), 30)));
  assertEquals(keys, [100, 101, 102, 103]);
});

Deno.test("a datagram with options, or longer than what is looked at, is recognised", () => {
  const plain = buildRequest(host, 5, { type: 8, icmpBytes: 1400 });
  const options = new Uint8Array(plain.length + 40);
  options.set(plain.subarray(0, 20));
  options[0] = 0x4f;
  options.set(plain.subarray(20), 60);
  view(options).setUint16(2, options.length);
  view(options).setUint16(26 + 40, 6);
  const sent = recorded([plain, options]);
  const head = tunnelHead(17, 30);
  assertEquals([plain, options].map((each) => find(sent, returned(each, head))), [100, 101]);
});

Deno.test("what differs in address, type, identifier, sequence or originate matches nothing", () => {
  const datagram = buildRequest(host, 9);
  const sent = recorded([datagram]);
  // Destination, protocol, fragment offset, ICMP type, identifier, sequence, originate stamp.
  for (const offset of [9, 7, 16, 19, 20, 24, 25, 26, 27, 28, 31]) {
    const other = datagram.slice();
    other[offset] = (other[offset] as number) ^ 1;
    assertEquals(find(sent, returned(other, new Uint8Array(14))), undefined, `octet ${offset}`);
  }
  // What the kernel fills in may differ: length of service, identification, TTL, checksums, source.
  for (const offset of [1, 4, 5, 8, 10, 11, 12, 15, 22, 23]) {
    const same = datagram.slice();
    same[offset] = (same[offset] as number) ^ 1;
    assertEquals(find(sent, returned(same, new Uint8Array(14))), 100, `octet ${offset}`);
  }
});

Deno.test("bytes that are cut anywhere, or random, match nothing and throw nothing", () => {
  const datagram = buildRequest(host, 9);
  const sent = recorded([datagram]);
  for (let length = 0; length < 28; length++) {
    assertEquals(find(sent, view(datagram.subarray(0, length))), undefined, `${length} bytes`);
  }
  const random = new Random(1);
  for (let turn = 0; turn < 2_000; turn++) {
    const bytes = random.octets(turn % 300);
    assertEquals(find(sent, view(bytes.subarray(0, RETURNED_BYTES))), undefined);
  }
});

Deno.test("a later fragment is recognised by its identification and offset, however short it is", () => {
  const fragment = (identification: number, offset: number, payloadBytes: number) => {
    const bytes = buildRequest(host, 1).slice(0, 20 + payloadBytes);
    view(bytes).setUint16(2, bytes.length);
    view(bytes).setUint16(4, identification);
    view(bytes).setUint16(6, offset / 8);
    return bytes;
  };
  const fragments = [fragment(7, 1480, 20), fragment(8, 1480, 20), fragment(8, 2960, 1)];
  const sent = recorded(fragments);
  const ethernet = new Uint8Array(14);
  assertEquals(fragments.map((each) => find(sent, returned(each, ethernet, 20))), [100, 101, 102]);
  assertEquals(find(sent, returned(fragment(9, 1480, 20), ethernet)), undefined);
  assertEquals(find(sent, returned(fragment(7, 2960, 20), ethernet)), undefined);
});

Deno.test("a datagram is found until its last stamp, and no longer", () => {
  const datagram = buildRequest(host, 1);
  const sent = recorded([datagram]);
  const bytes = returned(datagram, new Uint8Array(14));
  assertEquals([find(sent, bytes), find(sent, bytes, true), find(sent, bytes)], [
    100,
    100,
    undefined,
  ]);
});

Deno.test("the same datagram sent again has the later key", () => {
  const datagram = buildRequest(host, 1);
  const sent = recorded([datagram, datagram]);
  assertEquals(find(sent, returned(datagram, new Uint8Array(14)), true), 101);
  assertEquals(find(sent, returned(datagram, new Uint8Array(14))), undefined);
});

Deno.test("of many datagrams without stamps the old are forgotten, and none takes another's key", () => {
  const datagrams = Array.from({ length: 40_000 }, (_, i) => buildRequest(host + (i >> 4), i & 15));
  const sent = recorded(datagrams);
  let found = 0;
  for (const [i, each] of datagrams.entries()) {
    const key = find(sent, returned(each, new Uint8Array(14)));
    if (key === undefined) continue;
    assertEquals(key, 100 + i);
    found++;
  }
  // The table holds 16,384.
  assertEquals(found > 14_000 && found <= 16_384, true, `${found} found`);
  const last = datagrams.slice(-1_000).map((each) => find(sent, returned(each, new Uint8Array(0))));
  const lost = last.filter((key) => key === undefined).length;
  assertEquals(lost <= 2, true, `${lost} of the last thousand forgotten`);
});
