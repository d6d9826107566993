#include "CBoardHardware.h"
#include "line.h"

#if EDGE_GPIOD_VERSION == 2

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct edge_line {
  struct gpiod_line_request *request;
  struct gpiod_edge_event_buffer *events;
  unsigned int offset;
};

int edge_line_library_version(void) { return 2; }

static int failure(int otherwise) { return errno ? -errno : -otherwise; }

// Whether an open chip answers to a name ("gpiochip0"), a label or a number.
static int answers_to(struct gpiod_chip *chip, const char *wanted) {
  struct gpiod_chip_info *info = gpiod_chip_get_info(chip);
  if (!info) return 0;
  const char *name = gpiod_chip_info_get_name(info);
  int same = strcmp(name, wanted) == 0 || strcmp(gpiod_chip_info_get_label(info), wanted) == 0 ||
             (strncmp(name, "gpiochip", 8) == 0 && strcmp(name + 8, wanted) == 0);
  gpiod_chip_info_free(info);
  return same;
}

// Goes through /dev/gpiochip*, for the chip asked for, or for the one that has a line of that name.
static int search(const char *chip, const char *name, struct gpiod_chip **found, unsigned int *offset) {
  DIR *devices = opendir("/dev");
  if (!devices) return -errno;
  int result = name ? -ENOENT : -ENODEV;
  struct dirent *entry;
  while (!*found && (entry = readdir(devices))) {
    char path[300];
    if (strncmp(entry->d_name, "gpiochip", 8) != 0) continue;
    snprintf(path, sizeof path, "/dev/%s", entry->d_name);
    errno = 0;
    struct gpiod_chip *candidate = gpiod_chip_open(path);
    if (!candidate) {
      if (errno == EACCES || errno == EPERM) result = -errno;
      continue;
    }
    int position = name ? gpiod_chip_get_line_offset_from_name(candidate, name) : 0;
    if (name ? position >= 0 : answers_to(candidate, chip)) {
      *found = candidate;
      if (name) *offset = (unsigned int)position;
    } else {
      gpiod_chip_close(candidate);
    }
  }
  closedir(devices);
  return *found ? 0 : result;
}

static int find(const char *chip, int32_t offset, const char *name, struct gpiod_chip **found, unsigned int *at) {
  if (offset < 0) return search(NULL, name, found, at);
  *at = (unsigned int)offset;
  if (chip[0] == '/') {
    errno = 0;
    *found = gpiod_chip_open(chip);
    if (*found) return 0;
    return errno == EACCES || errno == EPERM ? -errno : -ENODEV;
  }
  return search(chip, NULL, found, at);
}

static int request(struct gpiod_chip *chip, const char *consumer, struct gpiod_line_settings *settings,
                   edge_line *line) {
  struct gpiod_line_config *config = gpiod_line_config_new();
  struct gpiod_request_config *options = gpiod_request_config_new();
  int result = -ENOMEM;
  if (config && options) {
    gpiod_request_config_set_consumer(options, consumer);
    errno = 0;
    if (gpiod_line_config_add_line_settings(config, &line->offset, 1, settings) == 0)
      line->request = gpiod_chip_request_lines(chip, options, config);
    // The kernel says EINVAL to an offset the chip does not have.
    result = line->request ? 0 : (errno == EINVAL ? -ENOENT : failure(EIO));
  }
  if (options) gpiod_request_config_free(options);
  if (config) gpiod_line_config_free(config);
  return result;
}

static int open_line(const char *chip, int32_t offset, const char *name, const char *consumer,
                     struct gpiod_line_settings *settings, int events, edge_line **line) {
  struct gpiod_chip *found = NULL;
  edge_line *made = calloc(1, sizeof *made);
  int result = made && settings ? find(chip, offset, name, &found, &made->offset) : -ENOMEM;
  if (result == 0 && events) {
    made->events = gpiod_edge_event_buffer_new(1);
    if (!made->events) result = -ENOMEM;
  }
  if (result == 0) result = request(found, consumer, settings, made);
  // A request outlives the chip object it was made through.
  if (found) gpiod_chip_close(found);
  if (settings) gpiod_line_settings_free(settings);
  if (result < 0) {
    if (made && made->events) gpiod_edge_event_buffer_free(made->events);
    free(made);
    return result;
  }
  *line = made;
  return 0;
}

int edge_line_open_output(const char *chip, int32_t offset, const char *name, const char *consumer, int level,
                          edge_line **line) {
  struct gpiod_line_settings *settings = gpiod_line_settings_new();
  if (settings) {
    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
    gpiod_line_settings_set_output_value(settings, level ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
  }
  return open_line(chip, offset, name, consumer, settings, 0, line);
}

int edge_line_open_input(const char *chip, int32_t offset, const char *name, const char *consumer, int edges,
                         edge_line **line) {
  struct gpiod_line_settings *settings = gpiod_line_settings_new();
  if (settings) {
    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
    switch (edges) {
      case EDGE_LINE_RISING: gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_RISING); break;
      case EDGE_LINE_FALLING: gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_FALLING); break;
      case EDGE_LINE_BOTH: gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH); break;
      default: break;
    }
  }
  return open_line(chip, offset, name, consumer, settings, edges != EDGE_LINE_NONE, line);
}

int edge_line_set(edge_line *line, int level) {
  errno = 0;
  enum gpiod_line_value value = level ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
  return gpiod_line_request_set_value(line->request, line->offset, value) < 0 ? failure(EIO) : 0;
}

int edge_line_get(edge_line *line) {
  errno = 0;
  switch (gpiod_line_request_get_value(line->request, line->offset)) {
    case GPIOD_LINE_VALUE_ACTIVE: return 1;
    case GPIOD_LINE_VALUE_INACTIVE: return 0;
    default: return failure(EIO);
  }
}

int edge_line_wait_for_edge(edge_line *line, uint64_t timeout, uint64_t *time) {
  if (!line->events) return -EOPNOTSUPP;
  int64_t wait = timeout > INT64_MAX ? INT64_MAX : (int64_t)timeout;
  errno = 0;
  int result = gpiod_line_request_wait_edge_events(line->request, wait);
  if (result == 0) return -ETIMEDOUT;
  if (result < 0 || gpiod_line_request_read_edge_events(line->request, line->events, 1) < 1) return failure(EIO);
  struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(line->events, 0);
  if (!event) return failure(EIO);
  *time = gpiod_edge_event_get_timestamp_ns(event);
  return 0;
}

void edge_line_close(edge_line *line) {
  if (!line) return;
  gpiod_line_request_release(line->request);
  if (line->events) gpiod_edge_event_buffer_free(line->events);
  free(line);
}

#endif
