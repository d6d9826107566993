// Clocks, in nanoseconds.
#ifndef CBOARD_TIME_H
#define CBOARD_TIME_H

#include <stdint.h>

// CLOCK_MONOTONIC: since an arbitrary origin, never goes back.
uint64_t cboard_monotonic_ns(void);

// CLOCK_REALTIME: since 1970, may jump.
uint64_t cboard_realtime_ns(void);

// What the calling thread has used of its processor, in the kernel too.
uint64_t cboard_thread_cpu_ns(void);

// Returns at `deadline_ns` of the monotonic clock, at once when it has passed; -CBOARD_EINTR when a signal came first.
int cboard_sleep_until(uint64_t deadline_ns);

#endif
