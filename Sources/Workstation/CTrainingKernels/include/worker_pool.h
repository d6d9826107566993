// Threads that wait for numbered pieces of work: awake for some microseconds after each job, asleep after that.
#ifndef WORKER_POOL_H
#define WORKER_POOL_H
#include <stdint.h>

typedef struct tk_pool tk_pool;

// `threads` counts the caller too, at least 1; null if memory or threads run out.
tk_pool *tk_pool_create(int32_t threads);

// Calls body(context, piece, worker) once for every piece below count; worker is below the pool's threads and no two
// pieces run under one worker at once. Returns 0, having done nothing, while the pool is at work for somebody else.
int32_t tk_pool_run(
    tk_pool *pool, int32_t count, void (*body)(void *context, int32_t piece, int32_t worker), void *context);
#endif
