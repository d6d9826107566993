#include "lines.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

edge_bank *edge_bank_new(void) { return calloc(1, sizeof(edge_bank)); }

int edge_bank_add(edge_bank *bank, const char *name, const char *chip, const edge_line_settings *settings) {
  if (bank->line_count >= EDGE_MOST_LINES) return -E2BIG;
  if (strlen(name) >= EDGE_LINE_NAME || strlen(chip) >= CHIP_NAME) return -ENAMETOOLONG;
  edge_bank_line *line = &bank->lines[bank->line_count];
  strcpy(line->name, name);
  strcpy(line->chip, chip);
  line->settings = *settings;
  line->group = NO_GROUP;
  return (int)bank->line_count++;
}

int edge_bank_skip(edge_bank *bank) {
  if (bank->line_count >= EDGE_MOST_LINES) return -E2BIG;
  bank->lines[bank->line_count].empty = 1;
  bank->lines[bank->line_count].group = NO_GROUP;
  return (int)bank->line_count++;
}

// Finding

static int open_chips(edge_bank *bank) {
  DIR *devices = opendir("/dev");
  if (!devices) return -errno;
  struct dirent *entry;
  while ((entry = readdir(devices)) && bank->chip_count < MOST_CHIPS) {
    char *path = bank->paths[bank->chip_count];
    struct stat status;
    if (strncmp(entry->d_name, "gpiochip", 8) != 0 || strlen(entry->d_name) > 20) continue;
    snprintf(path, sizeof bank->paths[0], "/dev/%.20s", entry->d_name);
    // Raspberry Pi OS keeps old numbers as links: the same chip must not be found twice.
    if (lstat(path, &status) < 0 || !S_ISCHR(status.st_mode)) continue;
    edge_chip *chip = edge_chip_open(path);
    if (chip) bank->chips[bank->chip_count++] = chip;
    else if (errno == EACCES || errno == EPERM) bank->denied = 1;
  }
  closedir(devices);
  return 0;
}

// Whether a chip answers to a path, a label, a name ("gpiochip0") or a number.
static int answers_to(const edge_bank *bank, uint32_t chip, const char *wanted) {
  const char *path = bank->paths[chip];
  if (wanted[0] == '/') {
    char real[PATH_MAX];
    return strcmp(path, wanted) == 0 || (realpath(wanted, real) && strcmp(path, real) == 0);
  }
  return strcmp(edge_chip_label(bank->chips[chip]), wanted) == 0 || strcmp(path + 5, wanted) == 0 ||
         strcmp(path + 13, wanted) == 0;
}

typedef struct {
  uint32_t on_chip, elsewhere;
  edge_chip *chip;
  uint32_t offset;
} name_matches;

static void note_names(edge_bank *bank, uint32_t chip, name_matches *matches) {
  uint32_t total = edge_chip_lines(bank->chips[chip]);
  for (uint32_t offset = 0; offset < total; offset++) {
    char name[EDGE_LINE_NAME], holder[EDGE_LINE_NAME];
    if (edge_chip_line(bank->chips[chip], offset, name, holder) < 0 || name[0] == 0) continue;
    for (uint32_t index = 0; index < bank->line_count; index++) {
      edge_bank_line *line = &bank->lines[index];
      if (line->empty || strcmp(line->name, name) != 0) continue;
      int preferred = line->chip[0] && answers_to(bank, chip, line->chip);
      name_matches *match = &matches[index];
      if (preferred ? match->on_chip == 0 : match->on_chip + match->elsewhere == 0) {
        match->chip = bank->chips[chip];
        match->offset = offset;
      }
      if (preferred) match->on_chip++;
      else match->elsewhere++;
    }
  }
}

static int find_by_chip(edge_bank *bank, edge_bank_line *line) {
  if (!line->chip[0]) return bank->denied ? -EACCES : -ENOENT;
  for (uint32_t chip = 0; chip < bank->chip_count; chip++) {
    if (!answers_to(bank, chip, line->chip)) continue;
    if (line->found) return -ENOTUNIQ;
    line->found = bank->chips[chip];
  }
  if (!line->found) return bank->denied ? -EACCES : -ENODEV;
  line->offset = line->settings.offset;
  return line->offset < edge_chip_lines(line->found) ? 0 : -ENOENT;
}

static int find(edge_bank *bank, uint32_t *at) {
  name_matches matches[EDGE_MOST_LINES] = {0};
  int named = 0;
  for (uint32_t index = 0; index < bank->line_count; index++)
    named |= !bank->lines[index].empty && bank->lines[index].name[0];
  for (uint32_t chip = 0; named && chip < bank->chip_count; chip++) note_names(bank, chip, matches);
  for (uint32_t index = 0; index < bank->line_count; index++) {
    edge_bank_line *line = &bank->lines[index];
    name_matches *match = &matches[index];
    *at = index;
    if (line->empty) continue;
    if (match->on_chip > 1 || (match->on_chip == 0 && match->elsewhere > 1)) return -ENOTUNIQ;
    if (match->chip) {
      line->found = match->chip;
      line->offset = match->offset;
    } else {
      int result = find_by_chip(bank, line);
      if (result < 0) return result;
    }
    for (uint32_t other = 0; other < index; other++) {
      if (bank->lines[other].found != line->found || bank->lines[other].offset != line->offset) continue;
      snprintf(bank->holder, sizeof bank->holder, "line %u of the same description", other);
      return -EBUSY;
    }
  }
  return 0;
}

// Requesting

static int belongs(const edge_group *group, const edge_bank_line *line) {
  return group->chip == line->found && group->settings.output == line->settings.output &&
         group->settings.bias == line->settings.bias && group->settings.open_drain == line->settings.open_drain &&
         group->settings.edges == EDGE_LINE_NONE && line->settings.edges == EDGE_LINE_NONE;
}

static void make_groups(edge_bank *bank) {
  for (uint32_t index = 0; index < bank->line_count; index++) {
    edge_bank_line *line = &bank->lines[index];
    if (line->empty) continue;
    if (line->settings.output) line->settings.edges = EDGE_LINE_NONE;
    uint32_t place = 0;
    while (place < bank->group_count && !belongs(&bank->groups[place], line)) place++;
    edge_group *group = &bank->groups[place];
    if (place == bank->group_count) {
      group->chip = line->found;
      group->settings = line->settings;
      // Levels are turned round here rather than by the kernel, so that lines of both kinds go in one call; edges too.
      if (line->settings.active_low && (line->settings.edges == EDGE_LINE_RISING || line->settings.edges == EDGE_LINE_FALLING))
        group->settings.edges = EDGE_LINE_BOTH - line->settings.edges;
      bank->group_count++;
    }
    line->group = (uint8_t)place;
    group->members[group->count++] = (uint8_t)index;
    group->mask |= (uint64_t)1 << index;
    if (line->settings.output && line->settings.initial) bank->levels |= (uint64_t)1 << index;
  }
}

static int request(edge_bank *bank, edge_group *group, const char *consumer, uint32_t *at) {
  uint32_t offsets[EDGE_MOST_LINES];
  uint8_t levels[EDGE_MOST_LINES];
  for (uint32_t index = 0; index < group->count; index++) {
    const edge_bank_line *line = &bank->lines[group->members[index]];
    offsets[index] = line->offset;
    levels[index] = (line->settings.initial != 0) ^ (line->settings.active_low != 0);
  }
  group->request = edge_request_make(group->chip, consumer, &group->settings, offsets, levels, group->count);
  if (group->request) return 0;
  int reason = errno;
  *at = group->members[0];
  for (uint32_t index = 0; reason == EBUSY && index < group->count; index++) {
    char name[EDGE_LINE_NAME];
    if (edge_chip_line(group->chip, offsets[index], name, bank->holder) != 1) continue;
    *at = group->members[index];
    break;
  }
  return -reason;
}

static void release(edge_bank *bank) {
  for (uint32_t index = 0; index < bank->group_count; index++) edge_request_release(bank->groups[index].request);
  for (uint32_t index = 0; index < bank->chip_count; index++) edge_chip_close(bank->chips[index]);
  bank->group_count = 0;
  bank->chip_count = 0;
}

int edge_bank_open(edge_bank *bank, const char *consumer, uint32_t *line) {
  *line = EDGE_NO_LINE;
  bank->holder[0] = 0;
  uint32_t empty = 0;
  while (empty < bank->line_count && bank->lines[empty].empty) empty++;
  if (empty == bank->line_count) return 0;
  int result = open_chips(bank);
  if (result == 0) result = find(bank, line);
  if (result == 0) {
    make_groups(bank);
    for (uint32_t index = 0; result == 0 && index < bank->group_count; index++)
      result = request(bank, &bank->groups[index], consumer, line);
  }
  if (result < 0) release(bank);
  return result;
}

const char *edge_bank_holder(const edge_bank *bank) { return bank->holder; }

void edge_bank_free(edge_bank *bank) {
  if (!bank) return;
  release(bank);
  free(bank);
}
