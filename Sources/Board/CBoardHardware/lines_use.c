// The part of a bank that a control loop uses: nothing here allocates.

#define _GNU_SOURCE
#include "lines.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

int edge_bank_set(edge_bank *bank, uint64_t mask, uint64_t levels, uint32_t *at) {
  uint64_t left = mask;
  for (uint32_t place = 0; place < bank->group_count; place++) {
    edge_group *group = &bank->groups[place];
    uint64_t part = mask & group->mask;
    if (!part || !group->settings.output) continue;
    uint64_t wanted = (bank->levels & ~part) | (levels & part);
    uint8_t values[EDGE_MOST_LINES];
    for (uint32_t index = 0; index < group->count; index++) {
      uint32_t line = group->members[index];
      values[index] = (uint8_t)((wanted >> line & 1) ^ (bank->lines[line].settings.active_low != 0));
    }
    int result = edge_request_set(group->request, values, group->count);
    if (result < 0) {
      *at = (uint32_t)__builtin_ctzll(part);
      return result;
    }
    bank->levels = wanted;
    left &= ~part;
  }
  if (!left) return 0;
  // No line, or none that is driven.
  *at = (uint32_t)__builtin_ctzll(left);
  return *at < bank->line_count && !bank->lines[*at].empty ? -EPERM : -ENOENT;
}

int edge_bank_get(edge_bank *bank, uint64_t mask, uint64_t *levels, uint32_t *at) {
  uint64_t left = mask, read = 0;
  for (uint32_t place = 0; place < bank->group_count; place++) {
    edge_group *group = &bank->groups[place];
    uint64_t part = mask & group->mask;
    if (!part) continue;
    uint8_t values[EDGE_MOST_LINES];
    int result = edge_request_get(group->request, values, group->count);
    if (result < 0) {
      *at = (uint32_t)__builtin_ctzll(part);
      return result;
    }
    for (uint32_t index = 0; index < group->count; index++) {
      uint32_t line = group->members[index];
      uint64_t level = (uint64_t)(values[index] != (bank->lines[line].settings.active_low != 0));
      read |= level << line & part;
    }
    left &= ~part;
  }
  *levels = read;
  if (!left) return 0;
  *at = (uint32_t)__builtin_ctzll(left);
  return -ENOENT;
}

static edge_request *with_edges(edge_bank *bank, uint32_t line) {
  if (line >= bank->line_count || bank->lines[line].group == NO_GROUP) return NULL;
  edge_group *group = &bank->groups[bank->lines[line].group];
  return group->settings.edges != EDGE_LINE_NONE ? group->request : NULL;
}

// 1: an event can be read; 0: none came in time; -errno.
static int ready(edge_request *request, uint64_t deadline) {
  struct pollfd entry = {.fd = edge_request_descriptor(request), .events = POLLIN};
  for (;;) {
    uint64_t now = edge_clock_now();
    uint64_t left = deadline > now ? deadline - now : 0;
    // A year is as good as for ever, and fits every time_t.
    if (left > 31536000000000000u) left = 31536000000000000u;
    struct timespec wait = {.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};
    int result = ppoll(&entry, 1, &wait, NULL);
    if (result > 0) return entry.revents & POLLIN ? 1 : -ENODEV;
    if (result == 0 && edge_clock_now() >= deadline) return 0;
    if (result < 0 && errno != EINTR) return -errno;
  }
}

int edge_bank_wait(edge_bank *bank, uint32_t line, uint64_t after, uint64_t deadline, uint64_t *time) {
  edge_request *request = with_edges(bank, line);
  if (!request) return line < bank->line_count && !bank->lines[line].empty ? -EPERM : -ENOENT;
  for (;;) {
    int result = ready(request, deadline);
    if (result == 0) return -ETIMEDOUT;
    uint64_t when = 0;
    if (result > 0) result = edge_request_read(request, &when);
    if (result == -EINTR || result == -EAGAIN) continue;
    if (result < 0) return result;
    // Kernels before 5.7 stamp edges with the time of day; what they report is then taken for now.
    uint64_t now = edge_clock_now();
    if (when > now) when = now;
    if (when > after) {
      *time = when;
      return 0;
    }
  }
}

void edge_bank_discard(edge_bank *bank, uint32_t line) {
  edge_request *request = with_edges(bank, line);
  // Bounded: a line that never rests must not hold up its reader.
  for (int turn = 0; request && turn < 64; turn++) {
    struct pollfd entry = {.fd = edge_request_descriptor(request), .events = POLLIN};
    struct timespec none = {0};
    if (ppoll(&entry, 1, &none, NULL) <= 0 || !(entry.revents & POLLIN)) return;
    if (edge_request_drop(request) < 0) return;
  }
}
