#include "CBoardHardware.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const char root[] = "/sys/kernel/debug/pinctrl";

int edge_i2c_device(int adapter, char *name, uint32_t room) {
  struct stat status;
  if (fstat(adapter, &status) < 0) return -errno;
  // …/3f804000.i2c/i2c-1: the adapter itself; what drives it is the folder above.
  char path[64], real[PATH_MAX];
  snprintf(path, sizeof path, "/sys/dev/char/%u:%u/device", major(status.st_rdev), minor(status.st_rdev));
  if (!realpath(path, real)) return -errno;
  char *end = strrchr(real, '/');
  if (end) *end = 0;
  char *start = strrchr(real, '/');
  if (!start || strlen(start + 1) >= room) return -ENODEV;
  strcpy(name, start + 1);
  return (int)strlen(name);
}

// Takes "pin 2 (gpio2): 3f804000.i2c (GPIO UNCLAIMED) function alt0 group gpio2" apart.
static void note(char *line, const char *controller, const char *device, edge_pin_functions *functions) {
  char *owner = strstr(line, "): ");
  char *function = strstr(line, " function ");
  char *group = strstr(line, " group ");
  if (!owner || !function || !group || group < function || functions->count >= EDGE_MOST_PINS) return;
  owner += 3;
  function += 10;
  *group = 0;
  group += 7;
  size_t length = strlen(device);
  if (strncmp(owner, device, length) != 0 || owner[length] != ' ') return;
  group[strcspn(group, " \n")] = 0;
  size_t room = sizeof functions->pins[0].group;
  if (strlen(function) >= room || strlen(group) >= room || strlen(controller) >= room) return;
  strcpy(functions->pins[functions->count].controller, controller);
  strcpy(functions->pins[functions->count].function, function);
  strcpy(functions->pins[functions->count].group, group);
  functions->count++;
}

static int open_file(const char *controller, const char *name, int flags) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s/%s", root, controller, name);
  int file = open(path, flags | O_CLOEXEC);
  return file < 0 ? -errno : file;
}

int edge_pins_note(const char *device, edge_pin_functions *functions) {
  functions->count = 0;
  DIR *controllers = opendir(root);
  if (!controllers) return -errno;
  int result = 0;
  struct dirent *entry;
  while ((entry = readdir(controllers))) {
    if (entry->d_name[0] == '.') continue;
    int file = open_file(entry->d_name, "pinmux-pins", O_RDONLY);
    // Folders without one are not controllers of pins' functions.
    if (file < 0) {
      if (file != -ENOENT && file != -ENOTDIR) result = file;
      continue;
    }
    FILE *lines = fdopen(file, "r");
    if (!lines) {
      close(file);
      continue;
    }
    char line[512];
    uint32_t before = functions->count;
    while (fgets(line, sizeof line, lines)) note(line, entry->d_name, device, functions);
    fclose(lines);
    if (functions->count == before) continue;
    int select = open_file(entry->d_name, "pinmux-select", O_WRONLY);
    if (select < 0) result = select == -ENOENT ? -EROFS : select;
    else close(select);
  }
  closedir(controllers);
  return result;
}

int edge_pins_restore(const edge_pin_functions *functions) {
  int result = 0;
  for (uint32_t index = 0; index < functions->count; index++) {
    char text[160];
    int count = snprintf(text, sizeof text, "%s %s\n", functions->pins[index].group, functions->pins[index].function);
    int file = open_file(functions->pins[index].controller, "pinmux-select", O_WRONLY);
    if (file < 0) {
      result = file;
      continue;
    }
    if (write(file, text, (size_t)count) != count) result = errno ? -errno : -EIO;
    close(file);
  }
  return result;
}
