"""odd_replies.py DEVICE MAC SOURCE DESTINATION [NAME]: sends timestamp replies as frames, one of each kind or the one named.

Written with struct alone, so that nothing of icmptime takes part. Prints the names in the order sent.
"""

import socket
import struct
import sys

device, mac, source, destination = sys.argv[1:5]
hardware = bytes.fromhex(mac.replace(":", ""))
ME, OTHER = b"\x02\x00\x00\x00\x00\x77", b"\x02\x00\x00\x00\x00\x99"


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def datagram(src=source, dst=destination, icmp_type=14, options=b"", length=None, fragment=0, spoil=0, protocol=1):
    message = struct.pack("!BBHHHIII", icmp_type, 0, 0, 7, 9, 1, 2, 3)
    message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    total = 20 + len(options) + len(message) if length is None else length
    head = struct.pack("!BBHHHBBH4s4s", 0x45 + len(options) // 4, 0, total, 0, fragment, 64, protocol, 0,
                       socket.inet_aton(src), socket.inet_aton(dst)) + options
    head = head[:10] + struct.pack("!H", checksum(head) ^ spoil) + head[12:]
    return head + message


def frame(packet, to=hardware, kind=0x0800):
    return to + ME + struct.pack("!H", kind) + packet


FRAMES = {
    "plain": frame(datagram()),
    "padded": frame(datagram() + bytes(6)),
    "to all": frame(datagram(), to=b"\xff" * 6),
    "options": frame(datagram(options=b"\x01\x01\x01\x00")),
    "wrong header checksum": frame(datagram(spoil=0x0101)),
    "short total length": frame(datagram(length=36)),
    "long total length": frame(datagram(length=60)),
    "first fragment": frame(datagram(fragment=0x2000)),
    "later fragment": frame(datagram(fragment=0x0003)),
    "echo reply": frame(datagram(icmp_type=0)),
    "request": frame(datagram(icmp_type=13)),
    "UDP": frame(datagram(protocol=17)),
    "another address": frame(datagram(dst="10.77.0.99")),
    "another host's frame": frame(datagram(), to=OTHER),
    "a VLAN that is not ours": frame(struct.pack("!HH", 5, 0x0800) + datagram(), kind=0x8100),
    "our own address as source": frame(datagram(src=destination)),
    "loopback as source": frame(datagram(src="127.0.0.1")),
    "this network as source": frame(datagram(src="0.0.0.5")),
    "a group as source": frame(datagram(src="224.0.0.1")),
}

link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind((device, 0))
for name in sys.argv[5:] or FRAMES:
    link.send(FRAMES[name])
    print(name, flush=True)
