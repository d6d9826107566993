#define _GNU_SOURCE
#include "CBenchServer.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

int benchserver_wait(int first, int second, int64_t timeout_us) {
  struct pollfd files[2] = {{.fd = first, .events = POLLIN}, {.fd = second, .events = POLLIN}};
  struct timespec time = {.tv_sec = timeout_us / 1000000, .tv_nsec = timeout_us % 1000000 * 1000};
  int count = ppoll(files, 2, timeout_us < 0 ? 0 : &time, 0);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  return (files[0].revents != 0 ? 1 : 0) | (files[1].revents != 0 ? 2 : 0);
}
