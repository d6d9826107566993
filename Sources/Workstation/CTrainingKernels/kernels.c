#include "network_kernels.h"

#include <time.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma clang diagnostic ignored "-Wpsabi"

// Sums a block of products keeps: half the registers, or less than what spills.
#if defined(__x86_64__)
#define BASE_BLOCK 8
#else
#define BASE_BLOCK 16
#endif

#define R float
#define MATH "vector_math.inc"
#define CHUNK_BYTES (224 << 10)       // of the second-level cache: a chunk of steps' records
#define W 4
#define JB 2
#define BLOCK BASE_BLOCK
#define NAME(x) base_##x
#include "instance.inc"
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define W 8
#define JB 2
#define BLOCK 8
#define NAME(x) avx2_##x
#include "instance.inc"
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"), min_vector_width(512))), apply_to = function)
#define W 16
#define JB 8
#define BLOCK 16
#define NAME(x) avx512_##x
#include "instance.inc"
#pragma clang attribute pop
int32_t tk_best_isa(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return TK_ISA_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return TK_ISA_AVX2;
  return TK_ISA_BASE;
}
#endif
#undef R
#undef MATH
#define R double
#define MATH "double_math.inc"
#define W 8
#define JB 2
#define BLOCK 8
#define NAME(x) double_##x
#include "common.inc"
#undef NAME
#undef W
#undef JB
#undef BLOCK
#undef V
#undef TANH_SCALE
#undef FN
#undef vf
#undef R
#undef MATH

#if defined(__x86_64__)
#define CALL(isa, name, ...) \
  do { \
    if ((isa) == TK_ISA_AVX512) return avx512_##name(__VA_ARGS__); \
    if ((isa) == TK_ISA_AVX2) return avx2_##name(__VA_ARGS__); \
    if ((isa) == TK_ISA_DOUBLE) return double_##name(__VA_ARGS__); \
    return base_##name(__VA_ARGS__); \
  } while (0)
#define CALL_FLOAT(isa, name, ...) \
  do { \
    if ((isa) == TK_ISA_AVX512) return avx512_##name(__VA_ARGS__); \
    if ((isa) == TK_ISA_AVX2) return avx2_##name(__VA_ARGS__); \
    return base_##name(__VA_ARGS__); \
  } while (0)
#else
int32_t tk_best_isa(void) { return TK_ISA_BASE; }
#define CALL(isa, name, ...) \
  do { \
    if ((isa) == TK_ISA_DOUBLE) return double_##name(__VA_ARGS__); \
    return base_##name(__VA_ARGS__); \
  } while (0)
#define CALL_FLOAT(isa, name, ...) return base_##name(__VA_ARGS__)
#endif

int32_t tk_net_parameters(const tk_net *net) {
  int32_t count = 0, in = net->inputs;
  for (int l = 0; l < net->layers; ++l) {
    count += net->widths[l] * (in + 1);
    in = net->widths[l];
  }
  return count + net->outputs * (in + 1);
}

tk_layout tk_layout_of(const tk_model *m) {
  tk_layout at;
  at.drift = 0;
  at.diffusion = tk_net_parameters(&m->drift);
  at.coupling = at.diffusion + (m->noise_shape == TK_NOISE_NONE ? 0 : tk_net_parameters(&m->diffusion));
  at.rates = at.coupling + m->observables * m->auxiliaries;
  at.injection = at.rates + m->auxiliaries;
  at.end = at.injection + m->observables * m->auxiliaries;
  return at;
}

size_t tk_rollout_scratch(int32_t isa, const tk_model *m, int32_t steps, int32_t recompute) {
  CALL(isa, rollout_scratch, m, steps, recompute);
}

void tk_forward(
    int32_t isa, const tk_model *m, const void *parameters, const tk_rollout *r, int32_t recompute, void *scratch) {
  CALL(isa, forward, m, parameters, r, recompute, scratch);
}

void tk_backward(
    int32_t isa, const tk_model *m, const void *parameters, const tk_rollout *r, int32_t recompute,
    const tk_gradients *g, void *scratch) {
  CALL(isa, backward, m, parameters, r, recompute, g, scratch);
}

double tk_likelihood(
    int32_t isa, const tk_model *m, const void *parameters, const tk_rollout *r, const tk_transitions *t,
    void *gradient, void *scratch) {
  CALL(isa, likelihood, m, parameters, r, t, gradient, scratch);
}

double tk_unscented(
    int32_t isa, const tk_model *m, const void *parameters, const tk_rollout *r, const tk_transitions *t,
    void *gradient, void *scratch) {
  CALL(isa, unscented, m, parameters, r, t, gradient, scratch);
}

double tk_squared_error(
    int32_t isa, int32_t rows, int32_t width, const void *path, const void *target, const void *weights, double scale,
    void *gradient) {
  CALL(isa, squared_error, rows, width, path, target, weights, scale, gradient);
}

size_t tk_network_scratch(int32_t isa, const tk_network *network, int32_t frames, int32_t history) {
  CALL_FLOAT(isa, network_scratch, network, frames, history);
}

double tk_network_tile(
    int32_t isa, const tk_network *network, const tk_tile *tile, const tk_result *result, void *scratch) {
  CALL_FLOAT(isa, network_tile, network, tile, result, scratch);
}

double tk_peak(int32_t isa, double seconds) { CALL_FLOAT(isa, peak, seconds); }

void tk_normals(
    int32_t isa, float *y, int32_t count, uint32_t key0, uint32_t key1, const uint32_t *ids, uint32_t round) {
  CALL_FLOAT(isa, fill_normals, y, count, key0, key1, ids, round);
}

void tk_sum_buffers(int32_t isa, float *const *buffers, int32_t count, int32_t from, int32_t length) {
  CALL_FLOAT(isa, sum_buffers, buffers, count, from, length);
}

void tk_map_tanh(int32_t isa, const float *x, float *y, int32_t count) { CALL_FLOAT(isa, map_tanh, x, y, count); }

void tk_map_softplus(int32_t isa, const float *x, float *y, float *slope, int32_t count) {
  CALL_FLOAT(isa, map_softplus, x, y, slope, count);
}

void tk_adam(
    int32_t isa, float *parameters, float *first, float *second, const float *gradient, int32_t count, float rate,
    float beta1, float beta2, float correction1, float correction2, float decay) {
  CALL_FLOAT(
      isa, adam, parameters, first, second, gradient, count, rate, beta1, beta2, correction1, correction2, decay);
}
