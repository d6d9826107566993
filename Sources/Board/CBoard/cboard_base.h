// First in every file: the feature macros that make file sizes and times 64 bits wide on 32-bit boards.
#ifndef CBOARD_BASE_H
#define CBOARD_BASE_H

#define _GNU_SOURCE 1
#define _FILE_OFFSET_BITS 64
#define _TIME_BITS 64

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

// The result of a call that says -1 for an error.
static inline int cboard_result(int result) { return result < 0 ? -errno : result; }

#endif
