#include "cboard_base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cboard_program.h"

static int argument_count = 0;
static char **arguments = NULL;

// glibc hands the program's arguments to constructors, so they are there in every build, whoever owns main. Standard
// output carries frames and stays fully buffered unless a person is looking at it.
__attribute__((constructor)) static void start(int count, char **values) {
  argument_count = count;
  arguments = values;
  if (isatty(STDOUT_FILENO)) setvbuf(stdout, NULL, _IOLBF, 0);
}

int cboard_argument_count(void) { return argument_count; }

const char *cboard_argument(int index) { return index >= 0 && index < argument_count ? arguments[index] : NULL; }

const char *cboard_environment(const char *name) { return getenv(name); }

void cboard_log_line(const void *text, size_t length) {
  char line[4096];
  if (length > sizeof line - 1) length = sizeof line - 1;
  memcpy(line, text, length);
  line[length] = '\n';
  ssize_t put;
  do put = write(STDERR_FILENO, line, length + 1);
  while (put < 0 && errno == EINTR);
}

_Noreturn void cboard_exit(int code) { exit(code); }

_Noreturn void cboard_exit_now(int code) { _exit(code); }

void cboard_error_text(int error, char *text, size_t capacity) {
  if (capacity == 0) return;
  const char *known = strerrordesc_np(error);
  snprintf(text, capacity, "%s", known ? known : "unknown error");
}
