// Which function the pins of an I2C adapter have, so that they can be given back after they were used as GPIO lines.
//
// The kernel turns a pin into GPIO when a line is taken and leaves it so when the line is let go. It tells the function a
// driver asked for, and sets functions, through debugfs alone (kernel 5.13 on), which root alone may use.

#ifndef EDGE_PINS_H
#define EDGE_PINS_H

#include <stdint.h>

#define EDGE_MOST_PINS 8

typedef struct {
  struct {
    char controller[64];
    char group[64];
    char function[64];
  } pins[EDGE_MOST_PINS];
  uint32_t count;
} edge_pin_functions;

// The device behind an open adapter, such as "3f804000.i2c", with a zero at its end; its length.
int edge_i2c_device(int adapter, char *name, uint32_t room);

// Notes the functions of the pins that a device owns. 0, with a count of 0 for a device without pins of its own; -EACCES or
// -ENOENT where debugfs is closed or absent; -EROFS where functions cannot be set.
int edge_pins_note(const char *device, edge_pin_functions *functions);

// Sets the functions that were noted.
int edge_pins_restore(const edge_pin_functions *functions);

#endif
