// What a bank of lines is made of; shared by lines.c (finding and requesting) and lines_use.c (setting, reading, waiting).

#ifndef EDGE_LINES_PRIVATE_H
#define EDGE_LINES_PRIVATE_H

#include "gpio.h"

enum { MOST_CHIPS = 64, CHIP_NAME = 128, NO_GROUP = 0xFF };

typedef struct {
  char name[EDGE_LINE_NAME];
  char chip[CHIP_NAME];
  edge_line_settings settings;
  // 1: an index without a line.
  int empty;
  // Where it was found.
  edge_chip *found;
  uint32_t offset;
  uint8_t group;
} edge_bank_line;

// Lines requested together: those of one chip and of equal settings, or one line that reports edges.
typedef struct {
  edge_request *request;
  edge_chip *chip;
  edge_line_settings settings;
  uint8_t members[EDGE_MOST_LINES];
  uint32_t count;
  uint64_t mask;
} edge_group;

struct edge_bank {
  edge_bank_line lines[EDGE_MOST_LINES];
  edge_group groups[EDGE_MOST_LINES];
  edge_chip *chips[MOST_CHIPS];
  char paths[MOST_CHIPS][32];
  uint32_t line_count, group_count, chip_count;
  // Levels of the outputs, as set last.
  uint64_t levels;
  char holder[EDGE_LINE_NAME];
  // 1: some chip may not be opened.
  int denied;
};

#endif
