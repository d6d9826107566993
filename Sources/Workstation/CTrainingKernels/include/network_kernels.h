// Networks of twins: one tile of 32 sequences forward and back.
#ifndef NETWORK_KERNELS_H
#define NETWORK_KERNELS_H
#include "sde_kernels.h"

enum { TK_CLASSIFICATION = 1, TK_REGRESSION = 2 };

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
  const tk_model *models;           // [nodes], of one drive and one observable each, in channel units
  const float *const *parameters;   // [nodes]
  const float *input_weights;       // [nodes][inputs]
  const float *recurrent_weights;   // [nodes][nodes]
  const float *bias;                // [nodes]
  const float *readout_weights;     // [outputs][nodes]
  const float *readout_bias;        // [outputs]
} tk_network;

// 32 sequences. Optional pointers may be null.
typedef struct {
  int32_t frames;
  int32_t history;          // rows of past kept for every node: at least every twin's taps
  const float *inputs;      // [frames][inputs][32]
  const int32_t *lengths;   // [32] frames; 0 leaves a lane out
  const int32_t *labels;    // [32], classification
  const float *targets;     // [frames][outputs][32], regression
  const float *weights;     // [frames][32], regression: weight of each frame's squared error
  const float *start_drives;       // [history][nodes][32], newest last
  const float *start_responses;    // [history][nodes][32], newest last
  const float *start_auxiliaries;  // [all nodes' auxiliaries][32]
  const float *feature_mask;       // [nodes][32], classification; optional
  const float *measured;    // [settle + frames * hold][nodes][32]: responses to use in place of the twins'; optional
  uint32_t key0, key1;
  const uint32_t *ids;      // [32]: noise streams
  uint32_t round;
  float label_smoothing;
  float loss_scale;
} tk_tile;

// Any may be null. `gradient` takes input, recurrent, bias, read-out weights, read-out bias in this order, added to.
typedef struct {
  float *gradient;
  float *outputs;           // [outputs][32], classification (logits), or [frames][outputs][32]
  float *final_drives;      // [history][nodes][32] at each lane's last valid step
  float *final_responses;
  float *final_auxiliaries; // [all nodes' auxiliaries][32]
  float *responses;         // [settle + frames * hold][nodes][32]
} tk_result;

// Bytes of 64-byte aligned scratch.
size_t tk_network_scratch(int32_t isa, const tk_network *network, int32_t frames, int32_t history);

// One tile of sequences through the network; returns the sum of the losses, each times loss_scale.
double tk_network_tile(
    int32_t isa, const tk_network *network, const tk_tile *tile, const tk_result *result, void *scratch);
#endif
