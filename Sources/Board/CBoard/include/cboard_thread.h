// Threads and what a control loop asks of the scheduler.
#ifndef CBOARD_THREAD_H
#define CBOARD_THREAD_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint64_t handle;
} cboard_thread;

// Runs `entry(context)` on a new thread. `stack_bytes` 0 takes the system's size.
int cboard_thread_start(cboard_thread *thread, void (*entry)(void *), void *context, size_t stack_bytes);

// Waits until the thread has returned.
int cboard_thread_join(cboard_thread thread);

// SCHED_FIFO at `priority` (1-99) for the calling thread. Needs CAP_SYS_NICE or an rtprio limit.
int cboard_realtime_priority(int priority);

// Keeps every page the process touches in memory, from its first use on. Needs CAP_IPC_LOCK or a memlock limit.
int cboard_lock_memory(void);

// Touches `bytes` of the calling thread's stack, so that it is backed before the loop starts.
void cboard_prefault_stack(size_t bytes);

// How much later than asked the calling thread's sleeps may end, nanoseconds (at least 1; 50,000 is usual). Real-time
// threads have none anyway.
int cboard_timer_slack(unsigned long nanoseconds);

// Keeps the calling thread on one processor.
int cboard_set_affinity(int cpu);

// Processors this process may use; at least 1.
int cboard_cpu_count(void);

#endif
