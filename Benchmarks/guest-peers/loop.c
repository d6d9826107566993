// A control step's I2C transfers, and nothing else, as one would write them by hand: the floor our loop is held against.
//
//   loop DEVICE CALLS STEPS
//
// CALLS has one line for each call of a step (I2C_RDWR): its messages, parted by blanks, "ADDRESS:w:HEX" or
// "ADDRESS:r:LENGTH". Everything is laid out before the first step. Prints one JSON object: steps, seconds, user and system
// CPU seconds, the median and the 99th centile of a step in microseconds.
#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#define MOST_CALLS 256
#define MOST_MESSAGES 42

static struct i2c_msg messages[MOST_CALLS][MOST_MESSAGES];
static struct i2c_rdwr_ioctl_data calls[MOST_CALLS];
static int count;

static void fail(const char *what) {
  fprintf(stderr, "loop: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void parse(char *line) {
  if (count == MOST_CALLS) fail("too many calls");
  int used = 0;
  for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
    char *direction = strchr(word, ':');
    if (!direction || used == MOST_MESSAGES) fail("a call that is none");
    struct i2c_msg *message = &messages[count][used++];
    message->addr = strtoul(word, NULL, 0);
    const char *rest = direction + 3;
    message->flags = direction[1] == 'r' ? I2C_M_RD : 0;
    message->len = message->flags ? strtoul(rest, NULL, 10) : strlen(rest) / 2;
    message->buf = calloc(1, message->len + 1);
    for (int i = 0; !message->flags && i < message->len; i++) {
      char byte[3] = {rest[2 * i], rest[2 * i + 1], 0};
      message->buf[i] = strtoul(byte, NULL, 16);
    }
  }
  if (used == 0) return;
  calls[count].msgs = messages[count];
  calls[count++].nmsgs = used;
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ull + time.tv_nsec;
}

static int earlier(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static double seconds(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

int main(int argc, char **argv) {
  if (argc != 4) fail("usage: loop DEVICE CALLS STEPS");
  int device = open(argv[1], O_RDWR);
  if (device < 0) fail(argv[1]);
  FILE *file = fopen(argv[2], "r");
  if (!file) fail(argv[2]);
  static char line[1 << 16];
  while (fgets(line, sizeof line, file)) parse(line);
  long steps = strtol(argv[3], NULL, 10);
  if (steps < 1 || count == 0) fail("nothing to do");
  uint64_t *taken = malloc(steps * sizeof *taken);
  if (!taken) fail("memory");

  struct sched_param priority = {.sched_priority = 50};
  if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0 || mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
    fprintf(stderr, "loop: not in real time\n");
  uint64_t begun = now(), before = begun;
  for (long step = 0; step < steps; step++) {
    for (int call = 0; call < count; call++)
      if (ioctl(device, I2C_RDWR, &calls[call]) < 0) fail("I2C_RDWR");
    uint64_t after = now();
    taken[step] = after - before;
    before = after;
  }
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  qsort(taken, steps, sizeof *taken, earlier);
  printf("{\"steps\": %ld, \"seconds\": %.6f, \"user_seconds\": %.6f, \"system_seconds\": %.6f, ", steps,
         (before - begun) / 1e9, seconds(used.ru_utime), seconds(used.ru_stime));
  printf("\"median_us\": %.1f, \"p99_us\": %.1f}\n", taken[steps / 2] / 1e3, taken[steps * 99 / 100] / 1e3);
  return 0;
}
