#include "CBoardHardware.h"

#include <errno.h>
#include <time.h>

uint64_t edge_clock_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void edge_clock_sleep_until(uint64_t deadline) {
  // The clock is read without a system call; a loop that is behind makes none.
  if (edge_clock_now() >= deadline) return;
  struct timespec until;
  uint64_t seconds = deadline / 1000000000u;
  // A 32-bit time_t ends in 2038 of uptime; a later deadline means the same as its end.
  uint64_t last = sizeof(until.tv_sec) < 8 ? 0x7FFFFFFFu : 0x7FFFFFFFFFFFu;
  until.tv_sec = (time_t)(seconds < last ? seconds : last);
  until.tv_nsec = (long)(deadline % 1000000000u);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR) {
  }
}
