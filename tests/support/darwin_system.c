/*
 * The C library of macOS as far as icmptime calls it, on Linux: every function takes and gives macOS's numbers and structures, and what
 * macOS does not have is refused as it would, and reported. Its numbers are those of darwin_headers.ts, which the test writes into
 * darwin_numbers.h.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "darwin_numbers.h"

/* This file defines functions of the same names, so the C library's own are looked up. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_DEFAULT, #name))

static __thread int last_error;

int *darwin_error_cell(void) __asm__("__error");
int *darwin_error_cell(void) { return &last_error; }

static int to_darwin_error(int number) {
  switch (number) {
#include "darwin_errors.h"
  }
  return number;
}

/* What a call returned; errno in macOS's numbers where it failed. */
static long ended(long result) {
  if (result < 0) last_error = to_darwin_error(errno);
  return result;
}

static int refuse(const char *what, long first, long second) {
  fprintf(stderr, "not on macOS: %s %ld %ld\n", what, first, second);
  last_error = DARWIN_ENOPROTOOPT;
  return -1;
}

/* sockaddr_in: length and family have an octet each. */
static void from_darwin_address(void *to, const void *from, socklen_t length) {
  const uint8_t *octets = from;
  memcpy(to, from, length);
  if (octets[0] != length) refuse("length of an address", octets[0], length);
  ((struct sockaddr *)to)->sa_family = octets[1] == DARWIN_AF_INET6 ? AF_INET6 : octets[1];
}

static void to_darwin_address(void *address, uint8_t length) {
  uint16_t family = ((struct sockaddr *)address)->sa_family;
  uint8_t *octets = address;
  octets[0] = length;
  octets[1] = family == AF_INET6 ? DARWIN_AF_INET6 : family == AF_INET ? DARWIN_AF_INET : DARWIN_AF_LINK;
}

int darwin_socket(int domain, int type, int protocol) __asm__("socket");
int darwin_socket(int domain, int type, int protocol) {
  if (domain != DARWIN_AF_INET || type > DARWIN_SOCK_RAW) return refuse("socket", domain, type);
  return ended(REAL(socket)(AF_INET, type | SOCK_CLOEXEC, protocol));
}

int darwin_bind(int socket, const void *address, socklen_t length) __asm__("bind");
int darwin_bind(int socket, const void *address, socklen_t length) {
  struct sockaddr_in ours;
  from_darwin_address(&ours, address, length);
  return ended(REAL(bind)(socket, (struct sockaddr *)&ours, length));
}

int darwin_connect(int socket, const void *address, socklen_t length) __asm__("connect");
int darwin_connect(int socket, const void *address, socklen_t length) {
  struct sockaddr_in ours;
  from_darwin_address(&ours, address, length);
  return ended(REAL(connect)(socket, (struct sockaddr *)&ours, length));
}

int darwin_getsockname(int socket, void *address, socklen_t *length) __asm__("getsockname");
int darwin_getsockname(int socket, void *address, socklen_t *length) {
  int result = ended(REAL(getsockname)(socket, address, length));
  if (result == 0) to_darwin_address(address, *length);
  return result;
}

int darwin_setsockopt(int socket, int level, int option, const void *value, socklen_t length) __asm__("setsockopt");
int darwin_setsockopt(int socket, int level, int option, const void *value, socklen_t length) {
  int number = -1;
  if (level == DARWIN_SOL_SOCKET) {
    if (option == DARWIN_SO_SNDBUF) number = SO_SNDBUF;
    if (option == DARWIN_SO_RCVBUF) number = SO_RCVBUF;
    if (option == DARWIN_SO_BROADCAST) number = SO_BROADCAST;
    if (option == DARWIN_SO_REUSEADDR) number = SO_REUSEADDR;
    if (option == DARWIN_SO_TIMESTAMP) number = SO_TIMESTAMP;
    if (number < 0) return refuse("setsockopt", level, option);
    return ended(REAL(setsockopt)(socket, SOL_SOCKET, number, value, length));
  }
  if (level != IPPROTO_IP) return refuse("setsockopt", level, option);
  if (option == DARWIN_IP_BOUND_IF) {
    char name[IF_NAMESIZE];
    if (REAL(if_indextoname)(*(const unsigned *)value, name) == NULL) return ended(-1);
    return ended(REAL(setsockopt)(socket, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name) + 1));
  }
  if (option == DARWIN_IP_HDRINCL) number = IP_HDRINCL;
  if (option == DARWIN_IP_TOS) number = IP_TOS;
  if (option == DARWIN_IP_TTL) number = IP_TTL;
  if (number < 0) return refuse("setsockopt", level, option);
  return ended(REAL(setsockopt)(socket, IPPROTO_IP, number, value, length));
}

int darwin_getsockopt(int socket, int level, int option, void *value, socklen_t *length) __asm__("getsockopt");
int darwin_getsockopt(int socket, int level, int option, void *value, socklen_t *length) {
  if (level != DARWIN_SOL_SOCKET) return refuse("getsockopt", level, option);
  if (option != DARWIN_SO_RCVBUF && option != DARWIN_SO_ERROR) return refuse("getsockopt", level, option);
  int number = option == DARWIN_SO_RCVBUF ? SO_RCVBUF : SO_ERROR;
  int result = ended(REAL(getsockopt)(socket, SOL_SOCKET, number, value, length));
  if (number == SO_ERROR && result == 0) *(int *)value = to_darwin_error(*(int *)value);
  return result;
}

/* Of the header, which the program writes itself, total length and fragment field are in host order. */
ssize_t darwin_sendto(int socket, const uint8_t *bytes, size_t length, int flags, const void *address, socklen_t addressLength) __asm__("sendto");
ssize_t darwin_sendto(int socket, const uint8_t *bytes, size_t length, int flags, const void *address, socklen_t addressLength) {
  uint8_t copy[65536];
  struct sockaddr_in to;
  uint16_t total, fragment;
  if (flags != DARWIN_MSG_DONTWAIT) return refuse("sendto", flags, 0);
  from_darwin_address(&to, address, addressLength);
  memcpy(copy, bytes, length);
  memcpy(&total, copy + 2, 2);
  memcpy(&fragment, copy + 6, 2);
  if (total != length) {
    last_error = DARWIN_EINVAL;
    return -1;
  }
  total = htons(total);
  fragment = htons(fragment);
  memcpy(copy + 2, &total, 2);
  memcpy(copy + 6, &fragment, 2);
  return ended(REAL(sendto)(socket, copy, length, MSG_DONTWAIT, (struct sockaddr *)&to, addressLength));
}

/* So they are in what arrives, and the total is without the header. A datagram that is cut has the length of the buffer. */
static void to_darwin_datagram(uint8_t *bytes) {
  uint16_t total, fragment;
  memcpy(&total, bytes + 2, 2);
  memcpy(&fragment, bytes + 6, 2);
  total = ntohs(total) - (bytes[0] & 15) * 4;
  fragment = ntohs(fragment);
  memcpy(bytes + 2, &total, 2);
  memcpy(bytes + 6, &fragment, 2);
}

ssize_t darwin_recvfrom(int socket, uint8_t *bytes, size_t length, int flags, void *address, socklen_t *addressLength) __asm__("recvfrom");
ssize_t darwin_recvfrom(int socket, uint8_t *bytes, size_t length, int flags, void *address, socklen_t *addressLength) {
  return refuse("recvfrom, where recvmsg gives the time of receipt", socket, flags);
}

struct darwin_msghdr {
  void *name;
  socklen_t nameLength;
  struct iovec *iov;
  int iovCount;
  uint8_t *control;
  socklen_t controlLength;
  int flags;
};

/* The time of receipt is a timeval behind a header of 12 octets. */
ssize_t darwin_recvmsg(int socket, struct darwin_msghdr *message, int flags) __asm__("recvmsg");
ssize_t darwin_recvmsg(int socket, struct darwin_msghdr *message, int flags) {
  char control[256];
  struct msghdr ours = { .msg_name = message->name, .msg_namelen = message->nameLength, .msg_iov = message->iov,
    .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
  if (flags != DARWIN_MSG_DONTWAIT || message->iovCount != 1) return refuse("recvmsg", flags, message->iovCount);
  ssize_t received = ended(REAL(recvmsg)(socket, &ours, MSG_DONTWAIT));
  if (received < 20) return received;
  to_darwin_datagram(message->iov->iov_base);
  to_darwin_address(message->name, ours.msg_namelen);
  message->flags = ours.msg_flags & MSG_TRUNC ? DARWIN_MSG_TRUNC : 0;
  socklen_t room = message->controlLength;
  message->controlLength = 0;
  struct cmsghdr *first = CMSG_FIRSTHDR(&ours);
  if (first == NULL || first->cmsg_type != SCM_TIMESTAMP || room < 28) return received;
  struct timeval time;
  memcpy(&time, CMSG_DATA(first), sizeof time);
  int words[7] = { 28, DARWIN_SOL_SOCKET, DARWIN_SCM_TIMESTAMP, 0, 0, (int)time.tv_usec, 0 };
  memcpy(words + 3, &time.tv_sec, 8);
  memcpy(message->control, words, sizeof words);
  message->controlLength = 28;
  return received;
}

ssize_t darwin_sendmsg(int socket, const void *message, int flags) __asm__("sendmsg");
ssize_t darwin_sendmsg(int socket, const void *message, int flags) { return refuse("sendmsg", socket, flags); }

int darwin_clock_gettime(int clock, struct timespec *time) __asm__("clock_gettime");
int darwin_clock_gettime(int clock, struct timespec *time) {
  if (clock != DARWIN_CLOCK_REALTIME && clock != DARWIN_CLOCK_MONOTONIC) return refuse("clock_gettime", clock, 0);
  return ended(REAL(clock_gettime)(clock == DARWIN_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, time));
}

int darwin_open(const char *path, int flags, int mode) __asm__("open");
int darwin_open(const char *path, int flags, int mode) {
  /* The mode of a file that is made would be elsewhere: it is variadic. */
  int known = O_ACCMODE | DARWIN_O_APPEND | DARWIN_O_NONBLOCK | DARWIN_O_CLOEXEC;
  if (flags & ~known) return refuse("open", flags, mode);
  int ours = flags & O_ACCMODE;
  if (flags & DARWIN_O_APPEND) ours |= O_APPEND;
  if (flags & DARWIN_O_NONBLOCK) ours |= O_NONBLOCK;
  if (flags & DARWIN_O_CLOEXEC) ours |= O_CLOEXEC;
  return ended(REAL(open)(path, ours, mode));
}

/* A mask has no family, and ends after its last octet that is not 0. Interfaces of the link layer are there as well. */
int darwin_getifaddrs(struct ifaddrs **list) __asm__("getifaddrs");
int darwin_getifaddrs(struct ifaddrs **list) {
  int result = ended(REAL(getifaddrs)(list));
  for (struct ifaddrs *each = result == 0 ? *list : NULL; each != NULL; each = each->ifa_next) {
    if (each->ifa_addr == NULL) continue;
    int isIpv4 = each->ifa_addr->sa_family == AF_INET;
    uint8_t length = isIpv4 ? sizeof(struct sockaddr_in) : 20;
    to_darwin_address(each->ifa_addr, length);
    if (each->ifa_broadaddr != NULL) to_darwin_address(each->ifa_broadaddr, length);
    if (each->ifa_netmask == NULL) continue;
    uint8_t *mask = (uint8_t *)each->ifa_netmask;
    while (length > 4 && mask[length - 1] == 0) length--;
    mask[0] = length;
    mask[1] = 0;
    /* What follows is another's. */
    if (isIpv4) memset(mask + length, 0xee, sizeof(struct sockaddr_in) - length);
  }
  return result;
}

struct darwin_addrinfo {
  int flags, family, type, protocol;
  socklen_t length;
  char *name;
  void *address;
  struct darwin_addrinfo *next;
};

static int to_darwin_gai(int code) {
  return code == 0 ? 0 : code == EAI_AGAIN ? DARWIN_EAI_AGAIN : 8;
}

int darwin_getaddrinfo(const char *name, const char *service, const struct darwin_addrinfo *hints, struct darwin_addrinfo **list) __asm__("getaddrinfo");
int darwin_getaddrinfo(const char *name, const char *service, const struct darwin_addrinfo *hints, struct darwin_addrinfo **list) {
  struct addrinfo ours = { .ai_socktype = hints->type }, *found = NULL;
  ours.ai_family = hints->family == DARWIN_AF_INET6 ? AF_INET6 : hints->family;
  int code = REAL(getaddrinfo)(name, service, &ours, &found);
  *list = NULL;
  for (struct addrinfo *each = code == 0 ? found : NULL; each != NULL; each = each->ai_next) {
    struct darwin_addrinfo *entry = calloc(1, sizeof *entry);
    entry->length = each->ai_addrlen;
    entry->address = malloc(each->ai_addrlen);
    memcpy(entry->address, each->ai_addr, each->ai_addrlen);
    to_darwin_address(entry->address, each->ai_addrlen);
    entry->next = *list;
    *list = entry;
  }
  if (found != NULL) REAL(freeaddrinfo)(found);
  return to_darwin_gai(code);
}

void darwin_freeaddrinfo(struct darwin_addrinfo *list) __asm__("freeaddrinfo");
void darwin_freeaddrinfo(struct darwin_addrinfo *list) {
  while (list != NULL) {
    struct darwin_addrinfo *next = list->next;
    free(list->address);
    free(list);
    list = next;
  }
}

int darwin_getnameinfo(const void *address, socklen_t length, char *host, socklen_t size, char *service, socklen_t serviceSize, int flags) __asm__("getnameinfo");
int darwin_getnameinfo(const void *address, socklen_t length, char *host, socklen_t size, char *service, socklen_t serviceSize, int flags) {
  struct sockaddr_in ours;
  if (flags != DARWIN_NI_NAMEREQD) return refuse("getnameinfo", flags, 0);
  from_darwin_address(&ours, address, length);
  return to_darwin_gai(REAL(getnameinfo)((struct sockaddr *)&ours, length, host, size, service, serviceSize, NI_NAMEREQD));
}

const char *darwin_gai_strerror(int code) __asm__("gai_strerror");
const char *darwin_gai_strerror(int code) {
  return code == DARWIN_EAI_AGAIN ? "Temporary failure in name resolution" : "nodename nor servname provided, or not known";
}

int darwin_kill(int process, int signal) __asm__("kill");
int darwin_kill(int process, int signal) {
  return ended(REAL(kill)(process, signal == DARWIN_SIGSTOP ? SIGSTOP : signal));
}

int darwin_sigaction(int signal, const void *action, void **old) __asm__("sigaction");
int darwin_sigaction(int signal, const void *action, void **old) {
  struct sigaction ours;
  if (action != NULL) return refuse("sigaction", signal, 0);
  int result = ended(REAL(sigaction)(signal, NULL, &ours));
  if (result == 0) *old = ours.sa_handler;
  return result;
}

/* The same numbers on both, but for errno. */
#define SAME(result, name, parameters, arguments)      \
  result darwin_##name parameters __asm__(#name);      \
  result darwin_##name parameters { return (result)ended((long)REAL(name) arguments); }

SAME(int, close, (int descriptor), (descriptor))
SAME(int, poll, (struct pollfd *list, unsigned count, int timeout), (list, count, timeout))
SAME(off_t, lseek, (int descriptor, off_t offset, int from), (descriptor, offset, from))
SAME(int, ftruncate, (int descriptor, off_t length), (descriptor, length))
SAME(int, pipe, (int *ends), (ends))
SAME(ssize_t, read, (int descriptor, void *bytes, size_t length), (descriptor, bytes, length))
SAME(ssize_t, write, (int descriptor, const void *bytes, size_t length), (descriptor, bytes, length))
SAME(int, gethostname, (char *name, size_t length), (name, length))
SAME(int, setgroups, (int count, const gid_t *groups), (count, groups))
SAME(int, setgid, (gid_t group), (group))
SAME(int, setuid, (uid_t user), (user))
SAME(gid_t, getgid, (void), ())

unsigned darwin_if_nametoindex(const char *name) __asm__("if_nametoindex");
unsigned darwin_if_nametoindex(const char *name) { return REAL(if_nametoindex)(name); }
void darwin_freeifaddrs(struct ifaddrs *list) __asm__("freeifaddrs");
void darwin_freeifaddrs(struct ifaddrs *list) { REAL(freeifaddrs)(list); }
uid_t darwin_getuid(void) __asm__("getuid");
uid_t darwin_getuid(void) { return REAL(getuid)(); }
uid_t darwin_geteuid(void) __asm__("geteuid");
uid_t darwin_geteuid(void) { return REAL(geteuid)(); }
void *darwin_signal(int number, void *handler) __asm__("signal");
void *darwin_signal(int number, void *handler) { return (void *)REAL(signal)(number, (void (*)(int))handler); }
