#include "training_kernels.h"

#pragma clang diagnostic ignored "-Wpsabi"

#define W 4
#define JB 2
#define OB 2
#define NAME(x) base_##x
#include "instance.inc"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define W 8
#define JB 4
#define OB 3
#define NAME(x) avx2_##x
#include "instance.inc"
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"), min_vector_width(512))), apply_to = function)
#define W 16
#define JB 8
#define OB 4
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

#define CALL(isa, call) \
  do { \
    if ((isa) == TK_ISA_AVX512) return avx512_##call; \
    if ((isa) == TK_ISA_AVX2) return avx2_##call; \
    return base_##call; \
  } while (0)
#else
int32_t tk_best_isa(void) { return TK_ISA_BASE; }
#define CALL(isa, call) return base_##call
#endif

int32_t tk_mlp_parameters(const tk_mlp *mlp) {
  int32_t count = 0, in = mlp->inputs;
  for (int l = 0; l < mlp->layers; ++l) {
    count += mlp->widths[l] * (in + 1);
    in = mlp->widths[l];
  }
  return count + in + 1;
}

size_t tk_window_scratch(const tk_twin *twin, int32_t steps) {
  size_t taps = (size_t)(twin->drive_taps + twin->response_taps);
  size_t f = (size_t)base_units(&twin->drift), g = (size_t)base_units(&twin->diffusion);
  size_t rows = 2 * (size_t)(twin->response_taps + steps) + base_step_rows(twin) + 4 * taps + 8;
  rows += 2 * (size_t)steps * (taps + 2 * f + 2 * g + 4);
  return rows * TK_LANES * sizeof(float);
}

size_t tk_network_scratch(const tk_network *network, int32_t frames, int32_t history) {
  base_layout layout;
  return base_lay_out(network, frames, history, 0, &layout);
}

double tk_drift_window(
    int32_t isa, const tk_twin *twin, const tk_window *window, float *drift_gradient, void *scratch) {
  CALL(isa, drift_window(twin, window, drift_gradient, scratch));
}

double tk_transition_window(
    int32_t isa, const tk_twin *twin, const tk_window *window, float *drift_gradient, float *diffusion_gradient,
    float *residuals, float *errors, void *scratch) {
  CALL(isa, transition_window(twin, window, drift_gradient, diffusion_gradient, residuals, errors, scratch));
}

void tk_simulate(
    int32_t isa, const tk_twin *twin, int32_t steps, const float *drives, float *responses, float noise, uint32_t key0,
    uint32_t key1, const uint32_t *ids, uint32_t round, void *scratch) {
  CALL(isa, simulate(twin, steps, drives, responses, noise, key0, key1, ids, round, scratch));
}

double tk_network_tile(
    int32_t isa, const tk_network *network, const tk_tile *tile, const tk_result *result, void *scratch) {
  CALL(isa, network_tile(network, tile, result, scratch));
}

void tk_map_tanh(int32_t isa, const float *x, float *y, int32_t count) { CALL(isa, map_tanh(x, y, count)); }

void tk_map_softplus(int32_t isa, const float *x, float *y, float *slope, int32_t count) {
  CALL(isa, map_softplus(x, y, slope, count));
}

void tk_normals(
    int32_t isa, float *y, int32_t count, uint32_t key0, uint32_t key1, const uint32_t *ids, uint32_t round) {
  CALL(isa, fill_normals(y, count, key0, key1, ids, round));
}

void tk_adam(
    float *parameters, float *first, float *second, const float *gradient, int32_t count, float rate, float beta1,
    float beta2, float correction1, float correction2, float decay) {
#pragma clang fp contract(off)
  float step = rate / correction1, scale = 1.0f / correction2;
  for (int32_t k = 0; k < count; ++k) {
    float g = gradient[k];
    float m = beta1 * first[k] + (1.0f - beta1) * g;
    float v = beta2 * second[k] + (1.0f - beta2) * g * g;
    first[k] = m;
    second[k] = v;
    parameters[k] = parameters[k] * (1.0f - rate * decay) - step * m / (__builtin_sqrtf(v * scale) + 1e-8f);
  }
}
