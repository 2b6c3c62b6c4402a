"""A host that answers as it should not. It sees what is sent to OWN, and nothing else.

usage: forger.py DEVICE OWN MODE [VICTIM|COUNT]

  speak-for VICTIM  with each request that OWN gets, replies and ICMP errors in the name of VICTIM: identifier,
                    sequence (its own, the next ones) and originate as in the request
  early             answers each request for OWN, and the next one before it has been asked
  flood COUNT       answers each request for OWN that many times
  zero              answers each request for OWN with an originate stamp of zero

Plain sockets: a packet costs some 20 microseconds. Prints "ready", and when it is ended by a signal how many datagrams
it has sent.
"""

import signal
import socket
import struct
import sys

DEVICE, OWN, MODE = sys.argv[1:4]
EXTRA = sys.argv[4] if len(sys.argv) > 4 else None
OWN_BYTES = socket.inet_aton(OWN)
sent = 0


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def sealed(message):
    return message[:2] + struct.pack("!H", checksum(message[:2] + b"\0\0" + message[4:])) + message[4:]


def ip(source, destination, message):
    header = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 1, 0, 61, 1, 0, source, destination)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + message


def reply(request, identifier, sequence, originate, stamp):
    if request[0] == 8:
        return sealed(struct.pack("!BBHHH", 0, 0, 0, identifier, sequence) + request[8:])
    return sealed(
        struct.pack("!BBHHHIII", 14, 0, 0, identifier, sequence, originate, stamp, stamp))


def main():
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
    link.bind((DEVICE, 0))
    print("ready", flush=True)
    while True:
        frame = link.recv(65535)
        packet = frame[14:]
        if packet[9] != 1 or packet[16:20] != OWN_BYTES or packet[20] not in (8, 13):
            continue
        request = packet[20:struct.unpack("!H", packet[2:4])[0]]
        identifier, sequence = struct.unpack("!HH", request[4:8])
        originate = struct.unpack("!I", request[8:12])[0]
        back = frame[6:12] + frame[0:6] + b"\x08\x00"
        asker = packet[12:16]

        def send(source, message):
            global sent
            link.send(back + ip(source, asker, message))
            sent += 1

        if MODE == "speak-for":
            victim = socket.inet_aton(EXTRA)
            for ahead in (0, 1, 2):
                number = (sequence + ahead) & 0xFFFF
                for stamp in (originate, 0):
                    send(victim, reply(request, identifier, number, stamp, originate))
                quoted = struct.pack("!HH", identifier, number) + request[8:]
                for total in (0, checksum(request[:2] + b"\0\0" + quoted)):
                    quote = packet[:16] + victim + request[:2] + struct.pack("!H", total) + quoted
                    for kind, code in ((3, 1), (11, 0)):
                        for length in (28, 40):
                            send(OWN_BYTES, sealed(
                                struct.pack("!BBHI", kind, code, 0, 0) + quote[:length]))
        elif MODE == "early":
            send(OWN_BYTES, reply(request, identifier, sequence, originate, originate))
            for later in (0, 1, 2):
                send(OWN_BYTES, reply(
                    request, identifier, (sequence + 1) & 0xFFFF, originate + later, originate))
        elif MODE == "flood":
            for _ in range(int(EXTRA)):
                send(OWN_BYTES, reply(request, identifier, sequence, originate, originate))
        elif MODE == "zero":
            send(OWN_BYTES, reply(request, identifier, sequence, 0, originate))


def end(*_):
    print("sent", sent, flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
main()
