#include "worker_pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

struct tk_pool {
  int32_t threads;
  void (*body)(void *, int32_t, int32_t);
  void *context;
  int32_t count;
  _Atomic int32_t busy;
  _Atomic int32_t next;
  _Atomic int32_t working;
  _Atomic int32_t asleep;
  _Atomic uint32_t job;
  pthread_mutex_t lock;
  pthread_cond_t wake;
};

typedef struct {
  tk_pool *pool;
  int32_t worker;
} seat;

static void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void work(tk_pool *pool, int32_t worker) {
  for (;;) {
    int32_t piece = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
    if (piece >= pool->count) return;
    pool->body(pool->context, piece, worker);
  }
}

static void *wait_for_work(void *given) {
  seat *own = given;
  tk_pool *pool = own->pool;
  int32_t worker = own->worker;
  uint32_t seen = 0;
  free(own);
  for (;;) {
    int32_t turns = 0;
    while (atomic_load_explicit(&pool->job, memory_order_acquire) == seen) {
      if (++turns < 4000) {
        relax();
        continue;
      }
      pthread_mutex_lock(&pool->lock);
      atomic_fetch_add(&pool->asleep, 1);
      while (atomic_load(&pool->job) == seen) pthread_cond_wait(&pool->wake, &pool->lock);
      atomic_fetch_sub(&pool->asleep, 1);
      pthread_mutex_unlock(&pool->lock);
    }
    seen = atomic_load_explicit(&pool->job, memory_order_acquire);
    work(pool, worker);
    atomic_fetch_sub_explicit(&pool->working, 1, memory_order_release);
  }
  return 0;
}

tk_pool *tk_pool_create(int32_t threads) {
  tk_pool *pool = calloc(1, sizeof *pool);
  if (!pool) return 0;
  pthread_mutex_init(&pool->lock, 0);
  pthread_cond_init(&pool->wake, 0);
  pool->threads = 1;
  for (int32_t worker = 1; worker < threads; ++worker) {
    seat *own = malloc(sizeof *own);
    pthread_t thread;
    pthread_attr_t attributes;
    if (!own) break;
    own->pool = pool;
    own->worker = worker;
    pthread_attr_init(&attributes);
    // Gradients of whole nets stand on the stack.
    pthread_attr_setstacksize(&attributes, 8u << 20);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int failed = pthread_create(&thread, &attributes, wait_for_work, own);
    pthread_attr_destroy(&attributes);
    if (failed) {
      free(own);
      break;
    }
    pool->threads = worker + 1;
  }
  return pool;
}

int32_t tk_pool_run(
    tk_pool *pool, int32_t count, void (*body)(void *, int32_t, int32_t), void *context) {
  int32_t idle = 0;
  if (!atomic_compare_exchange_strong(&pool->busy, &idle, 1)) return 0;
  pool->body = body;
  pool->context = context;
  pool->count = count;
  atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
  atomic_store_explicit(&pool->working, pool->threads - 1, memory_order_relaxed);
  atomic_fetch_add(&pool->job, 1);
  if (atomic_load(&pool->asleep) > 0) {
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
  }
  work(pool, 0);
  for (int32_t turns = 0; atomic_load_explicit(&pool->working, memory_order_acquire) > 0;) {
    relax();
    if (++turns > 4000) sched_yield();
  }
  atomic_store_explicit(&pool->busy, 0, memory_order_release);
  return 1;
}
