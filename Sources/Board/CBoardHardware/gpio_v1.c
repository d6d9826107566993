#include "gpio.h"

#if EDGE_GPIOD_VERSION == 1

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct edge_chip {
  struct gpiod_chip *chip;
};

struct edge_request {
  struct gpiod_line_bulk lines;
};

int edge_line_library_version(void) { return 1; }

static int failure(void) { return errno ? -errno : -EIO; }

edge_chip *edge_chip_open(const char *path) {
  edge_chip *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  errno = 0;
  made->chip = gpiod_chip_open(path);
  if (made->chip) return made;
  int reason = errno ? errno : ENODEV;
  free(made);
  errno = reason;
  return NULL;
}

const char *edge_chip_label(const edge_chip *chip) { return gpiod_chip_label(chip->chip); }

uint32_t edge_chip_lines(const edge_chip *chip) { return gpiod_chip_num_lines(chip->chip); }

int edge_chip_line(edge_chip *chip, uint32_t offset, char *name, char *holder) {
  errno = 0;
  struct gpiod_line *line = gpiod_chip_get_line(chip->chip, offset);
  // What the library remembers of a line may have changed.
  if (!line || gpiod_line_update(line) < 0) return failure();
  const char *known = gpiod_line_name(line);
  const char *user = gpiod_line_consumer(line);
  snprintf(name, EDGE_LINE_NAME, "%s", known ? known : "");
  snprintf(holder, EDGE_LINE_NAME, "%s", user ? user : "");
  return gpiod_line_is_used(line) ? 1 : 0;
}

void edge_chip_close(edge_chip *chip) {
  if (!chip) return;
  gpiod_chip_close(chip->chip);
  free(chip);
}

static int bias_flag(int bias) {
  switch (bias) {
    case EDGE_BIAS_DISABLED: return GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
    case EDGE_BIAS_PULL_UP: return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
    case EDGE_BIAS_PULL_DOWN: return GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    default: return 0;
  }
}

static int request_type(const edge_line_settings *settings) {
  if (settings->output) return GPIOD_LINE_REQUEST_DIRECTION_OUTPUT;
  switch (settings->edges) {
    case EDGE_LINE_RISING: return GPIOD_LINE_REQUEST_EVENT_RISING_EDGE;
    case EDGE_LINE_FALLING: return GPIOD_LINE_REQUEST_EVENT_FALLING_EDGE;
    case EDGE_LINE_BOTH: return GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES;
    default: return GPIOD_LINE_REQUEST_DIRECTION_INPUT;
  }
}

edge_request *edge_request_make(edge_chip *chip, const char *consumer, const edge_line_settings *settings,
                                const uint32_t *offsets, const uint8_t *levels, uint32_t count) {
  edge_request *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  struct gpiod_line_request_config config = {
      .consumer = consumer, .request_type = request_type(settings), .flags = bias_flag(settings->bias)};
  if (settings->open_drain) config.flags |= GPIOD_LINE_REQUEST_FLAG_OPEN_DRAIN;
  int values[GPIOD_LINE_BULK_MAX_LINES];
  gpiod_line_bulk_init(&made->lines);
  errno = 0;
  for (uint32_t index = 0; index < count; index++) {
    struct gpiod_line *line = gpiod_chip_get_line(chip->chip, offsets[index]);
    if (!line) goto failed;
    gpiod_line_bulk_add(&made->lines, line);
    values[index] = levels[index];
  }
  if (gpiod_line_request_bulk(&made->lines, &config, values) == 0) return made;
failed:;
  int reason = errno ? errno : EIO;
  free(made);
  errno = reason;
  return NULL;
}

int edge_request_set(edge_request *request, const uint8_t *levels, uint32_t count) {
  int values[GPIOD_LINE_BULK_MAX_LINES];
  for (uint32_t index = 0; index < count; index++) values[index] = levels[index];
  errno = 0;
  return gpiod_line_set_value_bulk(&request->lines, values) < 0 ? failure() : 0;
}

int edge_request_get(edge_request *request, uint8_t *levels, uint32_t count) {
  int values[GPIOD_LINE_BULK_MAX_LINES];
  errno = 0;
  if (gpiod_line_get_value_bulk(&request->lines, values) < 0) return failure();
  for (uint32_t index = 0; index < count; index++) levels[index] = values[index] != 0;
  return 0;
}

int edge_request_descriptor(const edge_request *request) { return gpiod_line_event_get_fd(request->lines.lines[0]); }

int edge_request_read(edge_request *request, uint64_t *time) {
  struct gpiod_line_event event;
  errno = 0;
  if (gpiod_line_event_read(request->lines.lines[0], &event) < 0) return failure();
  *time = (uint64_t)event.ts.tv_sec * 1000000000u + (uint64_t)event.ts.tv_nsec;
  return 0;
}

int edge_request_drop(edge_request *request) {
  struct gpiod_line_event events[16];
  errno = 0;
  return gpiod_line_event_read_multiple(request->lines.lines[0], events, 16) < 0 ? failure() : 0;
}

void edge_request_release(edge_request *request) {
  if (!request) return;
  gpiod_line_release_bulk(&request->lines);
  free(request);
}

#endif
