#include "CBoardHardware.h"
#include "line.h"

#if EDGE_GPIOD_VERSION == 1

#include <errno.h>
#include <stdlib.h>
#include <time.h>

struct edge_line {
  struct gpiod_chip *chip;
  struct gpiod_line *line;
};

int edge_line_library_version(void) { return 1; }

static int failure(int otherwise) { return errno ? -errno : -otherwise; }

static int find(const char *chip, int32_t offset, const char *name, edge_line *found) {
  errno = 0;
  if (offset < 0) {
    found->line = gpiod_line_find(name);
    if (!found->line) return errno == EACCES || errno == EPERM ? -errno : -ENOENT;
    found->chip = gpiod_line_get_chip(found->line);
    return 0;
  }
  found->chip = gpiod_chip_open_lookup(chip);
  if (!found->chip) return errno == EACCES || errno == EPERM ? -errno : -ENODEV;
  found->line = gpiod_chip_get_line(found->chip, (unsigned int)offset);
  if (!found->line) return -ENOENT;
  return 0;
}

static int open_line(const char *chip, int32_t offset, const char *name,
                     const struct gpiod_line_request_config *config, int level, edge_line **line) {
  edge_line *found = calloc(1, sizeof *found);
  if (!found) return -ENOMEM;
  int result = find(chip, offset, name, found);
  if (result == 0) {
    errno = 0;
    if (gpiod_line_request(found->line, config, level) < 0) result = failure(EIO);
  }
  if (result < 0) {
    if (found->chip) gpiod_chip_close(found->chip);
    free(found);
    return result;
  }
  *line = found;
  return 0;
}

int edge_line_open_output(const char *chip, int32_t offset, const char *name, const char *consumer, int level,
                          edge_line **line) {
  struct gpiod_line_request_config config = {
      .consumer = consumer, .request_type = GPIOD_LINE_REQUEST_DIRECTION_OUTPUT, .flags = 0};
  return open_line(chip, offset, name, &config, level != 0, line);
}

int edge_line_open_input(const char *chip, int32_t offset, const char *name, const char *consumer, int edges,
                         edge_line **line) {
  struct gpiod_line_request_config config = {.consumer = consumer, .flags = 0};
  switch (edges) {
    case EDGE_LINE_RISING: config.request_type = GPIOD_LINE_REQUEST_EVENT_RISING_EDGE; break;
    case EDGE_LINE_FALLING: config.request_type = GPIOD_LINE_REQUEST_EVENT_FALLING_EDGE; break;
    case EDGE_LINE_BOTH: config.request_type = GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES; break;
    default: config.request_type = GPIOD_LINE_REQUEST_DIRECTION_INPUT; break;
  }
  return open_line(chip, offset, name, &config, 0, line);
}

int edge_line_set(edge_line *line, int level) {
  errno = 0;
  return gpiod_line_set_value(line->line, level != 0) < 0 ? failure(EIO) : 0;
}

int edge_line_get(edge_line *line) {
  errno = 0;
  int level = gpiod_line_get_value(line->line);
  return level < 0 ? failure(EIO) : level;
}

int edge_line_wait_for_edge(edge_line *line, uint64_t timeout, uint64_t *time) {
  // A century is as good as for ever, and fits every time_t.
  if (timeout > 2000000000000000000u) timeout = 2000000000000000000u;
  struct timespec wait = {.tv_sec = (time_t)(timeout / 1000000000u), .tv_nsec = (long)(timeout % 1000000000u)};
  errno = 0;
  int result = gpiod_line_event_wait(line->line, &wait);
  if (result == 0) return -ETIMEDOUT;
  if (result < 0) return failure(EIO);
  struct gpiod_line_event event;
  if (gpiod_line_event_read(line->line, &event) < 0) return failure(EIO);
  *time = (uint64_t)event.ts.tv_sec * 1000000000u + (uint64_t)event.ts.tv_nsec;
  return 0;
}

void edge_line_close(edge_line *line) {
  if (!line) return;
  // Closing the chip releases its lines.
  gpiod_chip_close(line->chip);
  free(line);
}

#endif
