#include "twin_step.h"

#pragma clang diagnostic ignored "-Wpsabi"

// What is evaluated together: at most so many nets, and units of their widest layers.
#define TS_GROUP_NETS 16
#define TS_GROUP_UNITS 2048

static inline int ts_padded(int size) { return (size + TS_BLOCK - 1) / TS_BLOCK * TS_BLOCK; }

// Layers of few outputs are summed along their inputs, so that padding does not outweigh them.
static inline int ts_narrow(int in, int out) { return out <= 4 && in >= 8; }

static inline size_t ts_layer_floats(int in, int out) {
  if (ts_narrow(in, out)) return TS_BLOCK + (size_t)out * (size_t)ts_padded(in);
  return (size_t)ts_padded(out) * (size_t)(in + 1);
}

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

int32_t ts_size(const ts_net *net, int32_t place) {
  return place >= 0 && place <= TS_MAX_LAYERS ? net->sizes[place] : 0;
}

size_t ts_packed_floats(const ts_net *net) {
  size_t count = 0;
  for (int l = 0; l < net->layers; ++l) count += ts_layer_floats(net->sizes[l], net->sizes[l + 1]);
  return count;
}

void ts_pack(const ts_net *net, const float *weights, float *packed) {
  for (int l = 0; l < net->layers; ++l) {
    int in = net->sizes[l], out = net->sizes[l + 1];
    size_t count = ts_layer_floats(in, out);
    const float *biases = weights + (size_t)in * (size_t)out;
    for (size_t k = 0; k < count; ++k) packed[k] = 0.0f;
    for (int o = 0; o < out; ++o) packed[o] = biases[o];
    int narrow = ts_narrow(in, out);
    size_t rows = narrow ? TS_BLOCK : (size_t)ts_padded(out);
    size_t perInput = narrow ? 1 : rows, perOutput = narrow ? (size_t)ts_padded(in) : 1;
    for (int o = 0; o < out; ++o)
      for (int j = 0; j < in; ++j)
        packed[rows + (size_t)j * perInput + (size_t)o * perOutput] = weights[(size_t)o * (size_t)in + (size_t)j];
    weights = biases + out;
    packed += count;
  }
}

// The units of a net's widest hidden layer.
static int widest(const ts_net *net) {
  int most = 0;
  for (int l = 1; l < net->layers; ++l)
    if (ts_padded(net->sizes[l]) > most) most = ts_padded(net->sizes[l]);
  return most;
}

int32_t ts_alike(const ts_net *a, const ts_net *b) {
  if (a->layers != b->layers || a->activation != b->activation) return 0;
  for (int l = 0; l <= a->layers; ++l)
    if (a->sizes[l] != b->sizes[l]) return 0;
  return 1;
}

void ts_evaluate(
    int32_t isa, const ts_net *nets, int32_t count, const float *const *inputs, float *const *outputs) {
  if (count < 1) return;
  int units = widest(nets), most = units ? TS_GROUP_UNITS / units : count;
  if (most < 1) return;
  for (int from = 0; from < count; from += most) {
    int size = count - from < most ? count - from : most;
    CALL(isa, group(nets + from, size, inputs + from, outputs + from));
  }
}

void ts_evaluate_one(int32_t isa, const ts_net *net, const float *inputs, float *outputs) {
  CALL(isa, group(net, 1, &inputs, &outputs));
}

void ts_softplus(int32_t isa, float *x, int32_t count) { CALL(isa, softplus_all(x, count)); }

void ts_activate(int32_t isa, int32_t activation, float *x, int32_t count) {
  CALL(isa, activate(activation, x, count));
}
