#include "gpio.h"

#if EDGE_GPIOD_VERSION == 2

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { EVENT_ROOM = 16 };

struct edge_chip {
  struct gpiod_chip *chip;
  struct gpiod_chip_info *info;
};

struct edge_request {
  struct gpiod_line_request *request;
  struct gpiod_edge_event_buffer *events;
};

int edge_line_library_version(void) { return 2; }

static int failure(void) { return errno ? -errno : -EIO; }

edge_chip *edge_chip_open(const char *path) {
  edge_chip *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  errno = 0;
  made->chip = gpiod_chip_open(path);
  if (made->chip) made->info = gpiod_chip_get_info(made->chip);
  if (made->info) return made;
  int reason = errno ? errno : ENODEV;
  if (made->chip) gpiod_chip_close(made->chip);
  free(made);
  errno = reason;
  return NULL;
}

const char *edge_chip_label(const edge_chip *chip) { return gpiod_chip_info_get_label(chip->info); }

uint32_t edge_chip_lines(const edge_chip *chip) { return (uint32_t)gpiod_chip_info_get_num_lines(chip->info); }

int edge_chip_line(edge_chip *chip, uint32_t offset, char *name, char *holder) {
  errno = 0;
  struct gpiod_line_info *info = gpiod_chip_get_line_info(chip->chip, offset);
  if (!info) return failure();
  const char *known = gpiod_line_info_get_name(info);
  const char *user = gpiod_line_info_get_consumer(info);
  snprintf(name, EDGE_LINE_NAME, "%s", known ? known : "");
  snprintf(holder, EDGE_LINE_NAME, "%s", user ? user : "");
  int used = gpiod_line_info_is_used(info);
  gpiod_line_info_free(info);
  return used ? 1 : 0;
}

void edge_chip_close(edge_chip *chip) {
  if (!chip) return;
  gpiod_chip_info_free(chip->info);
  gpiod_chip_close(chip->chip);
  free(chip);
}

static int apply(struct gpiod_line_settings *target, const edge_line_settings *settings) {
  static const enum gpiod_line_bias biases[] = {GPIOD_LINE_BIAS_AS_IS, GPIOD_LINE_BIAS_DISABLED,
                                                GPIOD_LINE_BIAS_PULL_UP, GPIOD_LINE_BIAS_PULL_DOWN};
  static const enum gpiod_line_edge edges[] = {GPIOD_LINE_EDGE_NONE, GPIOD_LINE_EDGE_RISING, GPIOD_LINE_EDGE_FALLING,
                                               GPIOD_LINE_EDGE_BOTH};
  int result = gpiod_line_settings_set_direction(
      target, settings->output ? GPIOD_LINE_DIRECTION_OUTPUT : GPIOD_LINE_DIRECTION_INPUT);
  if (result == 0) result = gpiod_line_settings_set_bias(target, biases[settings->bias & 3]);
  if (result == 0 && settings->output && settings->open_drain)
    result = gpiod_line_settings_set_drive(target, GPIOD_LINE_DRIVE_OPEN_DRAIN);
  if (result == 0 && !settings->output) result = gpiod_line_settings_set_edge_detection(target, edges[settings->edges & 3]);
  return result;
}

static int configure(struct gpiod_line_config *config, struct gpiod_line_settings *target,
                     const edge_line_settings *settings, const uint32_t *offsets, const uint8_t *levels,
                     uint32_t count) {
  enum gpiod_line_value values[EDGE_MOST_LINES];
  unsigned int places[EDGE_MOST_LINES];
  for (uint32_t index = 0; index < count; index++) {
    places[index] = offsets[index];
    values[index] = levels[index] ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
  }
  int result = apply(target, settings);
  if (result == 0) result = gpiod_line_config_add_line_settings(config, places, count, target);
  if (result == 0 && settings->output) result = gpiod_line_config_set_output_values(config, values, count);
  return result;
}

edge_request *edge_request_make(edge_chip *chip, const char *consumer, const edge_line_settings *settings,
                                const uint32_t *offsets, const uint8_t *levels, uint32_t count) {
  struct gpiod_line_settings *target = gpiod_line_settings_new();
  struct gpiod_line_config *config = gpiod_line_config_new();
  struct gpiod_request_config *options = gpiod_request_config_new();
  edge_request *made = calloc(1, sizeof *made);
  int reason = ENOMEM;
  if (target && config && options && made) {
    gpiod_request_config_set_consumer(options, consumer);
    if (settings->edges != EDGE_LINE_NONE) made->events = gpiod_edge_event_buffer_new(EVENT_ROOM);
    errno = 0;
    if ((settings->edges == EDGE_LINE_NONE || made->events) &&
        configure(config, target, settings, offsets, levels, count) == 0)
      made->request = gpiod_chip_request_lines(chip->chip, options, config);
    reason = made->request ? 0 : (errno ? errno : EIO);
  }
  if (options) gpiod_request_config_free(options);
  if (config) gpiod_line_config_free(config);
  if (target) gpiod_line_settings_free(target);
  if (reason == 0) return made;
  if (made && made->events) gpiod_edge_event_buffer_free(made->events);
  free(made);
  errno = reason;
  return NULL;
}

int edge_request_set(edge_request *request, const uint8_t *levels, uint32_t count) {
  enum gpiod_line_value values[EDGE_MOST_LINES];
  for (uint32_t index = 0; index < count; index++)
    values[index] = levels[index] ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
  errno = 0;
  return gpiod_line_request_set_values(request->request, values) < 0 ? failure() : 0;
}

int edge_request_get(edge_request *request, uint8_t *levels, uint32_t count) {
  enum gpiod_line_value values[EDGE_MOST_LINES];
  errno = 0;
  if (gpiod_line_request_get_values(request->request, values) < 0) return failure();
  for (uint32_t index = 0; index < count; index++) levels[index] = values[index] == GPIOD_LINE_VALUE_ACTIVE;
  return 0;
}

int edge_request_descriptor(const edge_request *request) { return gpiod_line_request_get_fd(request->request); }

int edge_request_read(edge_request *request, uint64_t *time) {
  errno = 0;
  if (gpiod_line_request_read_edge_events(request->request, request->events, 1) < 1) return failure();
  struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(request->events, 0);
  if (!event) return failure();
  *time = gpiod_edge_event_get_timestamp_ns(event);
  return 0;
}

int edge_request_drop(edge_request *request) {
  errno = 0;
  return gpiod_line_request_read_edge_events(request->request, request->events, EVENT_ROOM) < 0 ? failure() : 0;
}

void edge_request_release(edge_request *request) {
  if (!request) return;
  gpiod_line_request_release(request->request);
  if (request->events) gpiod_edge_event_buffer_free(request->events);
  free(request);
}

#endif
