// What the bench server needs of POSIX that board programs do not.
#ifndef CBENCHSERVER_H
#define CBENCHSERVER_H

#include <stdint.h>

// Waits until something can be read from either descriptor (< 0: left out), at most `timeout_us` (< 0: for ever).
// Returns bit 0 for the first, bit 1 for the second, 0 after the time or a signal, or -errno.
int benchserver_wait(int first, int second, int64_t timeout_us);

#endif
