// Linux I2C adapters, GPIO lines and the monotonic clock, behind a few plain functions.
//
// Functions that return int give 0 or a useful number on success and -errno on failure. None does floating-point
// arithmetic.

#ifndef CBOARDHARDWARE_H
#define CBOARDHARDWARE_H

#include "edge_i2c.h"
#include "edge_lines.h"
#include "edge_pins.h"

#include <stdint.h>

// CLOCK_MONOTONIC in nanoseconds.
uint64_t edge_clock_now(void);

// Returns when CLOCK_MONOTONIC has reached deadline; goes back to sleep after a signal.
void edge_clock_sleep_until(uint64_t deadline);

#endif
