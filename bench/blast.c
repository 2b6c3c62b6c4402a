/*
 * The yardstick for icmptime scan: the same sends from C, and nothing else.
 *
 * Ethernet frames with ICMP timestamp requests to consecutive addresses leave through an AF_PACKET
 * socket with PACKET_QDISC_BYPASS and sendmmsg(2), or datagrams through a raw socket with IP_HDRINCL.
 * Per probe it writes destination and checksums, as a sweep must; it has no permutation and no keyed hash.
 *
 *   cc -O2 -o blast blast.c
 *   ./blast packet BATCH SECONDS INTERFACE DESTINATION-MAC SOURCE-MAC
 *   ./blast raw    BATCH SECONDS
 *
 * It floods 11.0.0.0/8: run it only in a network namespace that leads nowhere.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ETHERNET = 14, HEADER = 20, MESSAGE = 20, FRAME = 64, MAX_BATCH = 1024 };

static uint8_t frames[MAX_BATCH][FRAME];
static struct mmsghdr messages[MAX_BATCH];
static struct iovec vectors[MAX_BATCH];
static struct sockaddr_in addresses[MAX_BATCH];

static void fail(const char *what) {
  perror(what);
  exit(4);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static uint16_t checksum(const uint8_t *bytes, int length) {
  uint32_t sum = 0;
  for (int i = 0; i < length; i += 2) sum += bytes[i] << 8 | bytes[i + 1];
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return htons(~sum);
}

static void read_mac(const char *text, uint8_t *mac) {
  if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6) {
    fprintf(stderr, "blast: %s is not an Ethernet address\n", text);
    exit(3);
  }
}

int main(int argc, char **argv) {
  int packet = argc == 7 && strcmp(argv[1], "packet") == 0;
  if (!packet && !(argc == 4 && strcmp(argv[1], "raw") == 0)) {
    fprintf(stderr, "usage: blast packet BATCH SECONDS INTERFACE DST-MAC SRC-MAC | blast raw BATCH SECONDS\n");
    return 3;
  }
  int batch = atoi(argv[2]);
  double seconds = atof(argv[3]);
  if (batch < 1 || batch > MAX_BATCH) return 3;
  int on = 1;
  int s = packet ? socket(AF_PACKET, SOCK_RAW, 0) : socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  if (s < 0) fail("socket");
  if (packet) {
    struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(argv[4])};
    if (bind(s, (struct sockaddr *)&link, sizeof link) < 0) fail("bind");
    if (setsockopt(s, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) < 0) fail("PACKET_QDISC_BYPASS");
  } else if (setsockopt(s, IPPROTO_IP, IP_HDRINCL, &on, sizeof on) < 0) {
    fail("IP_HDRINCL");
  }
  int start = packet ? ETHERNET : 0;
  for (int i = 0; i < batch; i++) {
    uint8_t *frame = frames[i], *ip = frame + start, *icmp = ip + HEADER;
    if (packet) {
      read_mac(argv[5], frame);
      read_mac(argv[6], frame + 6);
      frame[12] = ETH_P_IP >> 8;
    }
    ip[0] = 0x45, ip[3] = HEADER + MESSAGE, ip[6] = 0x40, ip[8] = 64, ip[9] = IPPROTO_ICMP;
    ip[12] = 10, ip[13] = 77, ip[15] = 1;
    icmp[0] = 13;
    vectors[i] = (struct iovec){frame, start + HEADER + MESSAGE};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    if (!packet) {
      addresses[i].sin_family = AF_INET;
      messages[i].msg_hdr.msg_name = &addresses[i];
      messages[i].msg_hdr.msg_namelen = sizeof addresses[i];
    }
  }
  uint32_t destination = 11u << 24;
  uint64_t sent = 0, refused = 0;
  double began = now(), end = began + seconds;
  while (now() < end) {
    for (int i = 0; i < batch; i++) {
      uint8_t *ip = frames[i] + start, *icmp = ip + HEADER;
      uint32_t address = htonl(destination), proof = destination * 2654435761u;
      destination = 11u << 24 | ((destination + 1) & 0xffffff);
      memcpy(ip + 16, &address, 4);
      memset(ip + 10, 0, 2);
      uint16_t sum = checksum(ip, HEADER);
      memcpy(ip + 10, &sum, 2);
      memcpy(icmp + 4, &proof, 4);
      memset(icmp + 2, 0, 2);
      sum = checksum(icmp, MESSAGE);
      memcpy(icmp + 2, &sum, 2);
      if (!packet) addresses[i].sin_addr.s_addr = address;
    }
    for (int from = 0; from < batch;) {
      int n = sendmmsg(s, messages + from, batch - from, MSG_DONTWAIT);
      if (n > 0) sent += n, from += n;
      else if (errno != EAGAIN && errno != ENOBUFS && errno != EINTR) refused++, from++;
    }
  }
  printf("{\"pps\":%.0f,\"sent\":%llu,\"refused\":%llu}\n", sent / (now() - began),
         (unsigned long long)sent, (unsigned long long)refused);
  return 0;
}
