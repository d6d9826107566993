#include "cboard_base.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cboard_thread.h"

_Static_assert(sizeof(pthread_t) <= sizeof(uint64_t), "a thread's handle fits");

struct start {
  void (*entry)(void *);
  void *context;
};

static void *run(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  start.entry(start.context);
  return NULL;
}

int cboard_thread_start(cboard_thread *thread, void (*entry)(void *), void *context, size_t stack_bytes) {
  struct start *start = malloc(sizeof *start);
  if (!start) return -ENOMEM;
  start->entry = entry;
  start->context = context;
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error == 0) {
    pthread_t handle;
    if (stack_bytes != 0) error = pthread_attr_setstacksize(&attributes, stack_bytes);
    if (error == 0) error = pthread_create(&handle, &attributes, run, start);
    if (error == 0) thread->handle = (uint64_t)handle;
    pthread_attr_destroy(&attributes);
  }
  if (error != 0) free(start);
  return -error;
}

int cboard_thread_join(cboard_thread thread) { return -pthread_join((pthread_t)thread.handle, NULL); }

int cboard_realtime_priority(int priority) {
  struct sched_param parameters = {.sched_priority = priority};
  return -pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
}

int cboard_lock_memory(void) {
#ifdef MCL_ONFAULT
  // Without it every page of every library is brought in: megabytes that a loop never touches.
  int result = cboard_result(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
  if (result != -EINVAL) return result;
#endif
  return cboard_result(mlockall(MCL_CURRENT | MCL_FUTURE));
}

__attribute__((noinline)) void cboard_prefault_stack(size_t bytes) {
  if (bytes > 512 * 1024) bytes = 512 * 1024;
  if (bytes == 0) return;
  volatile unsigned char *area = __builtin_alloca(bytes);
  for (size_t offset = 0; offset < bytes; offset += 1024) area[offset] = 0;
}

int cboard_timer_slack(unsigned long nanoseconds) {
  return cboard_result(prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0));
}

int cboard_set_affinity(int cpu) {
  if (cpu < 0 || cpu >= CPU_SETSIZE) return -EINVAL;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return cboard_result(sched_setaffinity(0, sizeof set, &set));
}

int cboard_cpu_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count < 1 ? 1 : count;
}
