// Answers ICMP echo requests to 10.97.0.0/16 that come in on an interface, each after the same delay.
// Usage: delay INTERFACE DELAY_MS SECONDS_TO_LIVE
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ring = 1 << 16, most = 256 };
static struct reply { long long due; int length; unsigned char bytes[most]; } replies[ring];

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sum(unsigned char *icmp, int length) {
  uint32_t total = 0;
  icmp[2] = icmp[3] = 0;
  for (int at = 0; at < length; at++) total += at % 2 ? icmp[at] : icmp[at] << 8;
  while (total >> 16) total = (total & 0xffff) + (total >> 16);
  icmp[2] = ~total >> 8;
  icmp[3] = ~total;
}

int main(int count, char **args) {
  if (count != 4) return 2;
  long long delay = atof(args[2]) * 1e6;
  alarm(atoi(args[3]));
  prctl(PR_SET_TIMERSLACK, 1);
  struct sched_param first = {.sched_priority = 50};
  sched_setscheduler(0, SCHED_FIFO, &first);
  int in = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP)), out = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
  struct sockaddr_ll link = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = if_nametoindex(args[1])};
  if (in < 0 || out < 0 || bind(in, (void *)&link, sizeof link)) return 1;
  int size = 16 << 20;
  setsockopt(in, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt(out, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  puts("ready");
  fflush(stdout);

  for (unsigned begun = 0, ended = 0;;) {
    for (; ended != begun && replies[ended % ring].due <= now(); ended++) {
      struct reply *one = &replies[ended % ring];
      struct sockaddr_in to = {.sin_family = AF_INET};
      memcpy(&to.sin_addr, one->bytes + 16, 4);
      sendto(out, one->bytes, one->length, 0, (void *)&to, sizeof to);
    }
    long long wait = ended == begun ? 1000000000LL : replies[ended % ring].due - now();
    struct timespec pause = {wait > 0 ? wait / 1000000000 : 0, wait > 0 ? wait % 1000000000 : 0};
    struct pollfd readable = {in, POLLIN, 0};
    if (ppoll(&readable, 1, &pause, 0) <= 0) continue;
    struct reply *one = &replies[begun % ring];
    one->length = recv(in, one->bytes, most, MSG_DONTWAIT);
    unsigned char *ip = one->bytes, address[4];
    if (one->length < 28 || one->length >= most || ip[0] != 0x45 || ip[9] != 1) continue;
    if (ip[16] != 10 || ip[17] != 97 || ip[20] != 8) continue;
    memcpy(address, ip + 12, 4);
    memcpy(ip + 12, ip + 16, 4);
    memcpy(ip + 16, address, 4);
    ip[20] = 0;
    sum(ip + 20, one->length - 20);
    one->due = now() + delay;
    begun++;
  }
}
