#include "cboard_base.h"

#include <time.h>

#include "cboard_time.h"

#define NANOSECONDS 1000000000ull

static uint64_t read_clock(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

uint64_t cboard_monotonic_ns(void) { return read_clock(CLOCK_MONOTONIC); }

uint64_t cboard_realtime_ns(void) { return read_clock(CLOCK_REALTIME); }

uint64_t cboard_thread_cpu_ns(void) { return read_clock(CLOCK_THREAD_CPUTIME_ID); }

int cboard_sleep_until(uint64_t deadline_ns) {
  struct timespec when = {.tv_sec = (time_t)(deadline_ns / NANOSECONDS), .tv_nsec = (long)(deadline_ns % NANOSECONDS)};
  return -clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}
