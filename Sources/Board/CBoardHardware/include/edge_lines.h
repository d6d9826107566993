// Banks of GPIO lines through libgpiod, 1.x or 2.x.

#ifndef EDGE_LINES_H
#define EDGE_LINES_H

#include <stdint.h>

// The most lines a bank has.
#define EDGE_MOST_LINES 64
// In place of a line's index where no line is concerned.
#define EDGE_NO_LINE 0xFF
// Room for a line's or a user's name, with the zero at its end.
#define EDGE_LINE_NAME 64

enum { EDGE_LINE_NONE = 0, EDGE_LINE_RISING = 1, EDGE_LINE_FALLING = 2, EDGE_LINE_BOTH = 3 };
enum { EDGE_BIAS_AS_IS = 0, EDGE_BIAS_DISABLED = 1, EDGE_BIAS_PULL_UP = 2, EDGE_BIAS_PULL_DOWN = 3 };

typedef struct {
  // The offset in the chip, where the line is found by its chip.
  uint16_t offset;
  // 1: driven; 0: read.
  uint8_t output;
  // 1: driven low or not at all.
  uint8_t open_drain;
  // One of the second enum above.
  uint8_t bias;
  // 1: a level of 1 is a low voltage.
  uint8_t active_low;
  // The level an output starts with.
  uint8_t initial;
  // Which edges an input reports; one of the first enum above.
  uint8_t edges;
} edge_line_settings;

typedef struct edge_bank edge_bank;

// Which libgpiod this was compiled against: 1 or 2.
int edge_line_library_version(void);

// An empty bank; NULL without memory.
edge_bank *edge_bank_new(void);

// Adds a line: found by its name unless that is empty, else by its chip (label, "gpiochip0", number or path) and offset.
// Where several lines have the name, the one on that chip is meant. The line's index, or -E2BIG or -ENAMETOOLONG.
int edge_bank_add(edge_bank *bank, const char *name, const char *chip, const edge_line_settings *settings);

// Takes an index that has no line.
int edge_bank_skip(edge_bank *bank);

// Finds and requests all lines. On failure nothing is held, and *line is the line at fault. -ENODEV: no such chip. -ENOENT:
// no such line. -ENOTUNIQ: several lines or chips of that name. -EBUSY: somebody has the line, see edge_bank_holder.
int edge_bank_open(edge_bank *bank, const char *consumer, uint32_t *line);

// After -EBUSY: who has the line; empty where the kernel does not say.
const char *edge_bank_holder(const edge_bank *bank);

// Sets the outputs of mask, one call for each chip (and each kind of bias).
int edge_bank_set(edge_bank *bank, uint64_t mask, uint64_t levels, uint32_t *line);

// Reads the lines of mask, outputs included.
int edge_bank_get(edge_bank *bank, uint64_t mask, uint64_t *levels, uint32_t *line);

// Waits until deadline for the first edge after a time and stores its time; CLOCK_MONOTONIC nanoseconds, all three.
// -ETIMEDOUT when none came; -EINVAL for a line that reports none.
int edge_bank_wait(edge_bank *bank, uint32_t line, uint64_t after, uint64_t deadline, uint64_t *time);

// Forgets edges that have come.
void edge_bank_discard(edge_bank *bank, uint32_t line);

// Releases all lines and frees the bank; NULL is allowed.
void edge_bank_free(edge_bank *bank);

#endif
