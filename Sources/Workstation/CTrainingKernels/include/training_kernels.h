// Batched arithmetic of the trainers. Everything works on tiles of 16 samples: a row is 16 floats, one a sample, and a
// matrix of rows is [feature][sample]. The same source is compiled for several instruction sets; `tk_best_isa` picks.
#ifndef TRAINING_KERNELS_H
#define TRAINING_KERNELS_H
#include <stddef.h>
#include <stdint.h>

#define TK_LANES 16
#define TK_MAX_LAYERS 3
#define TK_MAX_TAPS 16
#define TK_MAX_WIDTH 256

enum { TK_ISA_BASE = 0, TK_ISA_AVX2 = 1, TK_ISA_AVX512 = 2 };
enum { TK_EULER_MARUYAMA = 1, TK_RK2 = 2 };
enum { TK_CLASSIFICATION = 1, TK_REGRESSION = 2 };

// A perceptron with tanh hidden layers and one linear output. Parameters: per layer the weights [out][in], then the
// biases [out].
typedef struct {
  int32_t inputs;
  int32_t layers;
  int32_t widths[TK_MAX_LAYERS];
} tk_mlp;

// x(t) = clamp(x(t-1) + drift_gain F(z) + (diffusion_gain softplus(G(z)) + diffusion_floor) xi, low, high),
// z = (s(t) .. s(t-drive_taps+1), x(t-1) .. x(t-response_taps)). A diffusion without layers means no noise.
typedef struct {
  tk_mlp drift;
  tk_mlp diffusion;
  int32_t drive_taps;
  int32_t response_taps;
  int32_t solver;
  float drift_gain;
  float diffusion_gain;
  float diffusion_floor;
  float low;
  float high;
  const float *drift_weights;
  const float *diffusion_weights;
} tk_twin;

// 16 windows of a trace: drives [drive_taps-1+steps][16], responses [response_taps+steps][16], lane_weight [16].
typedef struct {
  int32_t steps;
  const float *drives;
  const float *responses;
  const float *lane_weight;
} tk_window;

typedef struct {
  int32_t nodes;
  int32_t inputs;
  int32_t outputs;
  int32_t task;
  int32_t hold;
  int32_t settle_steps;
  float settle_drive;
  float clamp_leak;
  float noise;
  const tk_twin *twins;
  const float *input_weights;      // [nodes][inputs]
  const float *recurrent_weights;  // [nodes][nodes]
  const float *bias;               // [nodes]
  const float *readout_weights;    // [outputs][nodes]
  const float *readout_bias;       // [outputs]
} tk_network;

// 16 sequences. Optional pointers may be null.
typedef struct {
  int32_t frames;
  int32_t history;          // rows of past kept for every node: at least every twin's taps
  const float *inputs;      // [frames][inputs][16]
  const int32_t *lengths;   // [16] frames; 0 leaves a lane out
  const int32_t *labels;    // [16], classification
  const float *targets;     // [frames][outputs][16], regression
  const float *weights;     // [frames][16], regression: weight of each frame's squared error
  const float *start_drives;     // [history][nodes][16], newest last
  const float *start_responses;  // [history][nodes][16], newest last
  const float *feature_mask;     // [nodes][16], classification; optional
  const float *measured;    // [settle + frames * hold][nodes][16]: responses to use in place of the twins'; optional
  uint32_t key0, key1;
  const uint32_t *ids;      // [16]: noise streams
  uint32_t round;
  float label_smoothing;
  float loss_scale;
} tk_tile;

// Any may be null. `gradient` takes input, recurrent, bias, read-out weights, read-out bias in this order, added to.
typedef struct {
  float *gradient;
  float *outputs;           // [outputs][16], classification (logits), or [frames][outputs][16]
  float *final_drives;      // [history][nodes][16] at each lane's last valid step
  float *final_responses;
  float *responses;         // [settle + frames * hold][nodes][16]
} tk_result;

int32_t tk_best_isa(void);
int32_t tk_mlp_parameters(const tk_mlp *mlp);

// Bytes of 64-byte aligned scratch.
size_t tk_window_scratch(const tk_twin *twin, int32_t steps);
size_t tk_network_scratch(const tk_network *network, int32_t frames, int32_t history);

// Sum over lanes and steps of lane_weight (x_model - x_measured)^2 along the noiseless path; adds its gradient.
double tk_drift_window(int32_t isa, const tk_twin *twin, const tk_window *window, float *drift_gradient, void *scratch);

// Sum of lane_weight times the Gaussian negative log-likelihood of each one-step transition; adds the gradients.
// `residuals`, if given: [steps][16] standardised; `errors`: [steps][16] measured minus predicted mean.
double tk_transition_window(
    int32_t isa, const tk_twin *twin, const tk_window *window, float *drift_gradient, float *diffusion_gradient,
    float *residuals, float *errors, void *scratch);

// Runs 16 copies of a twin: drives [drive_taps-1+steps][16], responses [response_taps+steps][16] whose first
// response_taps rows are given and whose others are written.
void tk_simulate(
    int32_t isa, const tk_twin *twin, int32_t steps, const float *drives, float *responses, float noise, uint32_t key0,
    uint32_t key1, const uint32_t *ids, uint32_t round, void *scratch);

// One tile of sequences through the network; returns the sum of the losses, each times loss_scale.
double tk_network_tile(
    int32_t isa, const tk_network *network, const tk_tile *tile, const tk_result *result, void *scratch);

void tk_adam(
    float *parameters, float *first, float *second, const float *gradient, int32_t count, float rate, float beta1,
    float beta2, float correction1, float correction2, float decay);

// For tests: elementary functions over count (a multiple of 16) values.
void tk_map_tanh(int32_t isa, const float *x, float *y, int32_t count);
void tk_map_softplus(int32_t isa, const float *x, float *y, float *slope, int32_t count);
// count (a multiple of 4) rows of 16 standard normals; row r, lane i depends on the keys, ids[i], round and r alone.
void tk_normals(
    int32_t isa, float *y, int32_t count, uint32_t key0, uint32_t key1, const uint32_t *ids, uint32_t round);
#endif
