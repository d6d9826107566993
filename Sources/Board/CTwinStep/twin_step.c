#include "twin_step.h"

#pragma clang diagnostic ignored "-Wpsabi"

// What is evaluated together: at most so many nets, and units of their widest layers.
#define TS_GROUP_NETS 16
#define TS_GROUP_UNITS 2048

static inline int ts_padded(int size) { return (size + TS_BLOCK - 1) / TS_BLOCK * TS_BLOCK; }

#define W 4
#define NAME(x) base_##x
#include "instance.inc"

#if defined(__x86_64__)
#include <cpuid.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define W 8
#define NAME(x) avx2_##x
#include "instance.inc"
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2"), min_vector_width(512))), apply_to = function)
#define W 16
#define NAME(x) avx512_##x
#include "instance.inc"
#pragma clang attribute pop

int32_t ts_best_isa(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return TS_ISA_BASE;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 0x6) != 0x6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_AVX2)) return TS_ISA_BASE;
  unsigned wanted = bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL;
  return (low & 0xe6) == 0xe6 && (b & wanted) == wanted ? TS_ISA_AVX512 : TS_ISA_AVX2;
}

#define CALL(isa, call) \
  do { \
    if ((isa) == TS_ISA_AVX512) avx512_##call; \
    else if ((isa) == TS_ISA_AVX2) avx2_##call; \
    else base_##call; \
  } while (0)
#else
int32_t ts_best_isa(void) { return TS_ISA_BASE; }
#define CALL(isa, call) ((void)(isa), base_##call)
#endif

void ts_set_size(ts_net *net, int32_t place, int32_t size) {
  if (place >= 0 && place <= TS_MAX_LAYERS) net->sizes[place] = size;
}

size_t ts_packed_floats(const ts_net *net) {
  size_t count = 0;
  for (int l = 0; l < net->layers; ++l)
    count += (size_t)ts_padded(net->sizes[l + 1]) * (size_t)(net->sizes[l] + 1);
  return count;
}

void ts_pack(const ts_net *net, const float *weights, float *packed) {
  for (int l = 0; l < net->layers; ++l) {
    int in = net->sizes[l], out = net->sizes[l + 1], stride = ts_padded(out);
    const float *biases = weights + (size_t)in * (size_t)out;
    for (int o = 0; o < stride; ++o) packed[o] = o < out ? biases[o] : 0.0f;
    for (int j = 0; j < in; ++j) {
      float *row = packed + (size_t)(j + 1) * (size_t)stride;
      for (int o = 0; o < stride; ++o) row[o] = o < out ? weights[(size_t)o * (size_t)in + (size_t)j] : 0.0f;
    }
    weights = biases + out;
    packed += (size_t)stride * (size_t)(in + 1);
  }
}

// The units of a net's widest hidden layer.
static int widest(const ts_net *net) {
  int most = 0;
  for (int l = 1; l < net->layers; ++l)
    if (ts_padded(net->sizes[l]) > most) most = ts_padded(net->sizes[l]);
  return most;
}

void ts_evaluate(
    int32_t isa, const ts_net *nets, int32_t count, const float *const *inputs, float *const *outputs) {
  int from = 0;
  while (from < count) {
    int to = from + 1, units = widest(nets + from);
    if (units > TS_GROUP_UNITS) return;
    while (to < count && to - from < TS_GROUP_NETS && nets[to].layers == nets[from].layers &&
           nets[to].activation == nets[from].activation && units + widest(nets + to) <= TS_GROUP_UNITS) {
      units += widest(nets + to);
      ++to;
    }
    CALL(isa, group(nets + from, to - from, inputs + from, outputs + from));
    from = to;
  }
}

void ts_evaluate_one(int32_t isa, const ts_net *net, const float *inputs, float *outputs) {
  CALL(isa, group(net, 1, &inputs, &outputs));
}

void ts_softplus(int32_t isa, float *x, int32_t count) { CALL(isa, softplus_all(x, count)); }

void ts_activate(int32_t isa, int32_t activation, float *x, int32_t count) {
  CALL(isa, activate(activation, x, count));
}
