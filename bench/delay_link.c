/*
 * A cable with delay between two network namespaces, for what the lab does not speak (NTP).
 *
 *   delay_link NETNS_A NETNS_B A_TO_B_MS B_TO_A_MS JITTER_MS SEED
 *
 * Makes the TUN device `link0` in both namespaces and carries every packet from one to the other after a constant
 * delay of its direction plus exponential jitter with that mean, first in first out or not as it falls. Prints
 * `ready` once the devices are there; ends with its parent. The last 300 µs before a departure are spent
 * watching the clock. The caller sets addresses and brings the devices up.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define WAITING_MAX 256
#define PACKET_MAX 2048
#define SPIN_NS 300000

struct packet {
  int64_t due_ns; /* 0: the place is free */
  int to, length;
  char bytes[PACKET_MAX];
};

static struct packet waiting[WAITING_MAX];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int open_tun(const char *netns) {
  char path[256];
  snprintf(path, sizeof path, "/run/netns/%s", netns);
  int ns = open(path, O_RDONLY);
  if (ns < 0 || setns(ns, CLONE_NEWNET) < 0) fail(path);
  close(ns);
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  if (tun < 0) fail("/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strcpy(request.ifr_name, "link0");
  if (ioctl(tun, TUNSETIFF, &request) < 0) fail("TUNSETIFF");
  return tun;
}

static int64_t delay_ns(double base_ms, double jitter_ms) {
  return (int64_t)((base_ms - jitter_ms * log(1 - drand48())) * 1e6);
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "Cannot start: want NETNS_A NETNS_B A_TO_B_MS B_TO_A_MS JITTER_MS SEED\n");
    return 3;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct pollfd fds[2] = {
      {.fd = open_tun(argv[1]), .events = POLLIN},
      {.fd = open_tun(argv[2]), .events = POLLIN},
  };
  const double base_ms[2] = {atof(argv[3]), atof(argv[4])};
  const double jitter_ms = atof(argv[5]);
  srand48(atol(argv[6]));
  struct sched_param priority = {.sched_priority = 50};
  sched_setscheduler(0, SCHED_FIFO, &priority); /* better where it is allowed */
  puts("ready");
  fflush(stdout);
  for (;;) {
    int64_t next_ns = INT64_MAX;
    for (int i = 0; i < WAITING_MAX; i++)
      if (waiting[i].due_ns && waiting[i].due_ns < next_ns) next_ns = waiting[i].due_ns;
    int64_t wait_ns = next_ns == INT64_MAX ? 1000000000 : next_ns - now_ns() - SPIN_NS;
    struct timespec timeout = {0, wait_ns < 0 ? 0 : wait_ns < 999999999 ? wait_ns : 999999999};
    if (ppoll(fds, 2, &timeout, NULL) < 0) fail("ppoll");
    for (int from = 0; from < 2; from++) {
      for (int i = 0; fds[from].revents && i < WAITING_MAX; i++) {
        if (waiting[i].due_ns) continue;
        struct packet *packet = &waiting[i];
        packet->length = read(fds[from].fd, packet->bytes, PACKET_MAX);
        if (packet->length <= 0) break;
        packet->to = fds[1 - from].fd;
        packet->due_ns = now_ns() + delay_ns(base_ms[from], jitter_ms);
      }
    }
    for (int i = 0; i < WAITING_MAX; i++) {
      struct packet *packet = &waiting[i];
      if (!packet->due_ns || packet->due_ns - now_ns() > SPIN_NS) continue;
      while (now_ns() < packet->due_ns);
      if (write(packet->to, packet->bytes, packet->length) < 0) perror("write");
      packet->due_ns = 0;
    }
  }
}
