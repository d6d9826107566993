// A twin's perceptrons, one sample at a time, with the same bits on every CPU: multiplications and additions are never
// fused, and every sum has one fixed order that does not depend on how wide the CPU's vectors are.
#ifndef TWIN_STEP_H
#define TWIN_STEP_H
#include <stddef.h>
#include <stdint.h>

// Dense layers at most: four hidden and the output.
#define TS_MAX_LAYERS 5
// Outputs are padded with zeros to a multiple of this.
#define TS_BLOCK 16

enum { TS_ISA_BASE = 0, TS_ISA_AVX2 = 1, TS_ISA_AVX512 = 2 };
enum { TS_TANH = 1, TS_SILU = 2, TS_RELU = 3 };

// sizes: inputs, then the units of each layer (hidden ones at most 512). weights: as ts_pack leaves them.
typedef struct {
  int32_t layers;
  int32_t activation;
  int32_t sizes[TS_MAX_LAYERS + 1];
  const float *weights;
} ts_net;

// Sets one entry of `sizes`; out-of-range places are left alone.
void ts_set_size(ts_net *net, int32_t place, int32_t size);

// An entry of `sizes`; 0 out of range.
int32_t ts_size(const ts_net *net, int32_t place);

// Floats ts_pack writes for a net with these layers and sizes.
size_t ts_packed_floats(const ts_net *net);

// From weights [out][in] then biases [out], layer by layer, to biases [out padded] then weights [in][out padded].
// `packed` is 64-byte aligned.
void ts_pack(const ts_net *net, const float *weights, float *packed);

// The widest instruction set of this CPU that the operating system supports.
int32_t ts_best_isa(void);

// Whether two nets have the same shape.
int32_t ts_alike(const ts_net *a, const ts_net *b);

// Evaluates `count` nets of one shape side by side. inputs[k] and outputs[k] belong to net k; an output holds its size
// padded to TS_BLOCK.
void ts_evaluate(
    int32_t isa, const ts_net *nets, int32_t count, const float *const *inputs, float *const *outputs);

// One net.
void ts_evaluate_one(int32_t isa, const ts_net *net, const float *inputs, float *outputs);

// x <- log(1 + e^x) for `count` values, a multiple of TS_BLOCK.
void ts_softplus(int32_t isa, float *x, int32_t count);

// x <- activation(x), for `count` values, a multiple of TS_BLOCK.
void ts_activate(int32_t isa, int32_t activation, float *x, int32_t count);
#endif
