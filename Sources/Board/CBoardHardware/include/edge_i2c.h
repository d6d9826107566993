// I2C adapters of the kernel (i2c-dev), and SMBus ones through libi2c.

#ifndef EDGE_I2C_H
#define EDGE_I2C_H

#include <stdint.h>

// The most messages one transfer may have, and the most bytes one message may have: the kernel's own limits.
#define EDGE_I2C_MOST_MESSAGES 42
#define EDGE_I2C_MOST_BYTES 8192
// The most bytes one SMBus block has.
#define EDGE_SMBUS_MOST_BYTES 32

// One message of a transfer; the kernel's own layout.
typedef struct {
  uint16_t address;
  uint16_t flags;
  uint16_t count;
  uint8_t *bytes;
} edge_i2c_message;

// A flag: bytes are read.
#define EDGE_I2C_READ 0x0001

// What an adapter can do; the kernel's own bits.
#define EDGE_I2C_FUNCTION_I2C 0x00000001
#define EDGE_I2C_FUNCTION_QUICK 0x00010000
#define EDGE_I2C_FUNCTION_READ_BYTE 0x00020000
#define EDGE_I2C_FUNCTION_WRITE_BYTE 0x00040000
#define EDGE_I2C_FUNCTION_READ_BYTE_DATA 0x00080000
#define EDGE_I2C_FUNCTION_WRITE_BYTE_DATA 0x00100000
#define EDGE_I2C_FUNCTION_READ_WORD_DATA 0x00200000
#define EDGE_I2C_FUNCTION_WRITE_WORD_DATA 0x00400000
#define EDGE_I2C_FUNCTION_READ_BLOCK 0x04000000
#define EDGE_I2C_FUNCTION_WRITE_BLOCK 0x08000000

// What edge_i2c_smbus does.
enum {
  EDGE_SMBUS_QUICK_WRITE = 0,
  EDGE_SMBUS_QUICK_READ = 1,
  EDGE_SMBUS_WRITE_BYTE = 2,
  EDGE_SMBUS_READ_BYTE = 3,
  EDGE_SMBUS_WRITE_BYTE_DATA = 4,
  EDGE_SMBUS_READ_BYTE_DATA = 5,
  EDGE_SMBUS_WRITE_WORD_DATA = 6,
  EDGE_SMBUS_READ_WORD_DATA = 7,
  EDGE_SMBUS_WRITE_BLOCK = 8,
  EDGE_SMBUS_READ_BLOCK = 9,
};

// Opens an adapter such as /dev/i2c-1 and stores what it can do; a file descriptor, or -errno. -ENODEV for a file that is
// no adapter.
int edge_i2c_open(const char *path, uint32_t *functions);

// How long a transfer may take, rounded up to 10 ms, and how often the kernel repeats one that lost arbitration. Both hold
// for every user of the adapter, until somebody sets them anew.
int edge_i2c_set_timeout(int adapter, uint32_t milliseconds);
int edge_i2c_set_retries(int adapter, uint32_t retries);

// The adapter's name as its driver gives it, such as "bcm2835 (i2c@7e804000)", with a zero at its end; its length.
int edge_i2c_name(int adapter, char *name, uint32_t room);

// 1 when path no longer is the adapter that was opened: it was unplugged, or has come back since. Else 0.
int edge_i2c_gone(int adapter, const char *path);

// One combined transfer: start, messages with repeated starts between them, stop.
int edge_i2c_transfer(int adapter, edge_i2c_message *messages, uint32_t count);

// Which device edge_i2c_smbus talks to. -EBUSY where a driver in the kernel has the address.
int edge_i2c_select(int adapter, uint8_t address);

// One SMBus transaction (of the enum above) with the selected device. bytes is written from or read into; command is the
// byte sent first.
int edge_i2c_smbus(int adapter, int kind, uint8_t command, uint8_t *bytes, uint8_t count);

void edge_close(int descriptor);

#endif
