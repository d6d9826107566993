// Neural stochastic differential equations on tiles of 32 samples: forward through the solver, and the exact gradient
// back through it. A row is 32 numbers, one a sample; a matrix of rows is [feature][sample]. The same source is compiled
// for several instruction sets in single precision, and once in double precision, against which gradients are checked.
#ifndef SDE_KERNELS_H
#define SDE_KERNELS_H
#include <stddef.h>
#include <stdint.h>

#define TK_LANES 32
#define TK_MAX_LAYERS 4
#define TK_MAX_WIDTH 512
#define TK_MAX_OBSERVABLES 64
#define TK_MAX_AUXILIARIES 16
#define TK_MAX_ROWS (TK_MAX_OBSERVABLES + TK_MAX_AUXILIARIES)
#define TK_MAX_SOURCES 80

enum { TK_ISA_BASE = 0, TK_ISA_AVX2 = 1, TK_ISA_AVX512 = 2, TK_ISA_DOUBLE = 100 };
enum { TK_EULER_MARUYAMA = 1, TK_RK2 = 2, TK_RK4 = 3 };
enum { TK_LINEAR = 0, TK_TANH = 1, TK_SILU = 2, TK_RELU = 3 };
enum { TK_NOISE_NONE = 0, TK_NOISE_DIAGONAL = 1, TK_NOISE_FULL = 2 };

// A perceptron: hidden layers with one activation, linear outputs. Parameters: per layer the weights [out][in], then the
// biases [out]. With no inputs and no hidden layers it is a constant.
typedef struct {
  int32_t inputs;
  int32_t layers;
  int32_t widths[TK_MAX_LAYERS];
  int32_t outputs;
  int32_t activation;
} tk_net;

// The twin's equation without its parameters; docs/twin.md has the symbols. z = drives (newest first), observables
// (newest first), context. Gains are per sample time (drift) and per square root of it (noise).
typedef struct {
  tk_net drift;
  tk_net diffusion;
  int32_t drives;
  int32_t drive_taps;
  int32_t observables;
  int32_t response_taps;
  int32_t auxiliaries;
  int32_t context;
  int32_t solver;
  int32_t substeps;
  int32_t noise_shape;
  int32_t sources;
  int32_t rows;
  int32_t row_index[TK_MAX_ROWS];
  const float *drift_gain;   // [observables]
  const float *noise_gain;   // [rows]
  const float *noise_floor;  // [rows], diagonal noise
  const float *low, *high;   // [observables]; null: no limits
} tk_model;

// Where the parts of a model's one parameter vector begin; `end` is its length.
typedef struct {
  int32_t drift, diffusion, coupling, rates, injection, end;
} tk_layout;

// One tile's way through time. Numbers are float, or double for TK_ISA_DOUBLE.
typedef struct {
  int32_t steps;
  const void *drives;   // [drive_taps - 1 + steps][drives][32]
  const void *context;  // [context][32]
  void *path;           // [response_taps + steps][observables][32]: the first response_taps given
  void *auxiliary;      // [steps + 1][auxiliaries][32]: the first given
  const void *noise;    // [steps][substeps * sources][32] standard normals; null: none
} tk_rollout;

// Gradients of a loss, all added to but `path` and `auxiliary`, which hold the loss's own gradient on entry and the
// total at the start of the path on return. Any but `path` may be null.
typedef struct {
  void *path;        // [response_taps + steps][observables][32]
  void *auxiliary;   // [steps + 1][auxiliaries][32]
  void *drives;      // [drive_taps - 1 + steps][drives][32]
  void *context;     // [context][32]
  void *parameters;  // [end]
} tk_gradients;

// One-step Gaussian likelihood of a measured path. With auxiliaries, each measured error corrects them (innovation form).
typedef struct {
  const void *weights;  // [steps][32]: of each transition
  double jitter;        // added to every variance
  void *residuals;      // [steps][observables][32] standardised; may be null
  void *errors;         // [steps][observables][32] measured minus mean; may be null
  void *context;        // [context][32]: gradient by the context, added to; may be null; tk_likelihood alone
} tk_transitions;

int32_t tk_best_isa(void);
int32_t tk_net_parameters(const tk_net *net);
tk_layout tk_layout_of(const tk_model *model);

// Bytes of 64-byte aligned scratch for `steps`; recompute != 0 keeps only a few steps' activations at a time and runs
// the forward pass again where it goes back: memory for long windows, at about a third more work. tk_likelihood needs
// what is asked for with recompute == 0, tk_unscented takes either.
size_t tk_rollout_scratch(int32_t isa, const tk_model *model, int32_t steps, int32_t recompute);

// Writes path and auxiliary. What `tk_backward` needs stays in scratch.
void tk_forward(
    int32_t isa, const tk_model *model, const void *parameters, const tk_rollout *rollout, int32_t recompute,
    void *scratch);

// After tk_forward with the same arguments and scratch.
void tk_backward(
    int32_t isa, const tk_model *model, const void *parameters, const tk_rollout *rollout, int32_t recompute,
    const tk_gradients *gradients, void *scratch);

// Sum of weight times negative log-likelihood (without log 2 pi / 2) over one-step transitions; writes auxiliary. Adds to
// `gradient` unless null. Euler-Maruyama without substeps; diagonal noise on observables, or full noise without
// auxiliaries.
double tk_likelihood(
    int32_t isa, const tk_model *model, const void *parameters, const tk_rollout *rollout,
    const tk_transitions *transitions, void *gradient, void *scratch);

// The same for any solver, from two sigma points for each noise of each substep (unscented transform): mean and variance
// of each observable after one sample. No auxiliaries.
double tk_unscented(
    int32_t isa, const tk_model *model, const void *parameters, const tk_rollout *rollout,
    const tk_transitions *transitions, void *gradient, void *scratch);

// Sum over rows of weights[row][32] (path - target)^2, each row `width` features; writes its gradient times `scale`.
double tk_squared_error(
    int32_t isa, int32_t rows, int32_t width, const void *path, const void *target, const void *weights, double scale,
    void *gradient);

// count (a multiple of 4) rows of 32 standard normals, float; row r, lane i depends on the keys, ids[i], round and r alone.
void tk_normals(
    int32_t isa, float *y, int32_t count, uint32_t key0, uint32_t key1, const uint32_t *ids, uint32_t round);

// Adds `count` buffers of `length` floats, in order, into the first.
void tk_sum_buffers(int32_t isa, float *const *buffers, int32_t count, int32_t from, int32_t length);

void tk_adam(
    int32_t isa, float *parameters, float *first, float *second, const float *gradient, int32_t count, float rate,
    float beta1, float beta2, float correction1, float correction2, float decay);

// Billions of floating-point operations a second of fused multiply-adds on registers: what this core can do at most.
double tk_peak(int32_t isa, double seconds);

// For tests: elementary functions over count (a multiple of 32) values.
void tk_map_tanh(int32_t isa, const float *x, float *y, int32_t count);
void tk_map_softplus(int32_t isa, const float *x, float *y, float *slope, int32_t count);
#endif
