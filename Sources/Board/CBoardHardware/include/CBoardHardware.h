// Linux I2C adapters, GPIO lines and the monotonic clock, behind a few plain functions.
//
// Functions that return int give 0 or a useful number on success and -errno on failure. None does floating-point
// arithmetic.

#ifndef CBOARDHARDWARE_H
#define CBOARDHARDWARE_H

#include <stdint.h>

// I2C

// The most messages one transfer may have (the kernel's own limit).
#define EDGE_I2C_MOST_MESSAGES 42
// The most bytes one message may have (the kernel's own limit).
#define EDGE_I2C_MOST_BYTES 8192

typedef struct {
  uint8_t *bytes;
  uint16_t count;
  // 1 to read into bytes, 0 to write them.
  uint16_t read;
} edge_i2c_message;

// Opens an adapter such as /dev/i2c-1; a file descriptor, or -errno. -EOPNOTSUPP when the adapter cannot do plain I2C
// messages (an SMBus-only one).
int edge_i2c_open(const char *path);

// One combined transaction: start, messages with repeated starts between them, stop.
int edge_i2c_transfer(int adapter, uint8_t address, const edge_i2c_message *messages, uint32_t count);

void edge_close(int descriptor);

// Clock

// CLOCK_MONOTONIC in nanoseconds.
uint64_t edge_clock_now(void);

// Returns when CLOCK_MONOTONIC has reached deadline; goes back to sleep after a signal.
void edge_clock_sleep_until(uint64_t deadline);

// GPIO

typedef struct edge_line edge_line;

// Which edges wait_for_edge reports.
enum { EDGE_LINE_NONE = 0, EDGE_LINE_RISING = 1, EDGE_LINE_FALLING = 2, EDGE_LINE_BOTH = 3 };

// Which libgpiod this was compiled against: 1 or 2.
int edge_line_library_version(void);

// Requests a line as an output at level. The line is found by name when offset is negative (chip is then not looked at),
// else by the chip's name, label, number or path and the offset. -ENODEV: no such chip; -ENOENT: no such line.
int edge_line_open_output(const char *chip, int32_t offset, const char *name, const char *consumer, int level,
                          edge_line **line);

// Requests a line as an input that reports edges (one of the enum above).
int edge_line_open_input(const char *chip, int32_t offset, const char *name, const char *consumer, int edges,
                         edge_line **line);

int edge_line_set(edge_line *line, int level);

// 0 or 1, or -errno.
int edge_line_get(edge_line *line);

// Waits for the next edge and stores its time, CLOCK_MONOTONIC nanoseconds. -ETIMEDOUT when none came.
int edge_line_wait_for_edge(edge_line *line, uint64_t timeout, uint64_t *time);

// Releases the line and frees it.
void edge_line_close(edge_line *line);

#endif
