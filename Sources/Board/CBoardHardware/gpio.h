// What lines.c asks of either generation of libgpiod.
//
// The two have the same header name and guard and no version macro. GPIOD_LINE_BULK_MAX_LINES is a macro of every 1.x
// header; 2.0 took away bulks and with them the macro, and defines no other instead. So one test of the preprocessor tells
// them apart, and no file needs the build system's help.

#ifndef EDGE_GPIO_H
#define EDGE_GPIO_H

#include "CBoardHardware.h"

#include <gpiod.h>

#ifdef GPIOD_LINE_BULK_MAX_LINES
#define EDGE_GPIOD_VERSION 1
#else
#define EDGE_GPIOD_VERSION 2
#endif

typedef struct edge_chip edge_chip;
typedef struct edge_request edge_request;

// A chip by its path; NULL and errno.
edge_chip *edge_chip_open(const char *path);
const char *edge_chip_label(const edge_chip *chip);
uint32_t edge_chip_lines(const edge_chip *chip);

// Stores the line's name and, where somebody has it, its user; both may be empty. 1: in use, 0: free, -errno.
int edge_chip_line(edge_chip *chip, uint32_t offset, char *name, char *holder);
void edge_chip_close(edge_chip *chip);

// Requests lines of equal settings (active_low, initial and offset are not looked at); levels are voltages. NULL and errno.
edge_request *edge_request_make(edge_chip *chip, const char *consumer, const edge_line_settings *settings,
                                const uint32_t *offsets, const uint8_t *levels, uint32_t count);
// All lines of a request, in its order.
int edge_request_set(edge_request *request, const uint8_t *levels, uint32_t count);
int edge_request_get(edge_request *request, uint8_t *levels, uint32_t count);

// Of a request of one line with edges: what to poll, one event's time, and up to 16 events thrown away.
int edge_request_descriptor(const edge_request *request);
int edge_request_read(edge_request *request, uint64_t *time);
int edge_request_drop(edge_request *request);
void edge_request_release(edge_request *request);

#endif
