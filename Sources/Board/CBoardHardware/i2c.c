#include "CBoardHardware.h"

#include <errno.h>
#include <fcntl.h>
#include <i2c/smbus.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// Messages are handed to the kernel as they are.
_Static_assert(sizeof(edge_i2c_message) == sizeof(struct i2c_msg), "layout of a message");
_Static_assert(offsetof(edge_i2c_message, address) == offsetof(struct i2c_msg, addr), "layout of a message");
_Static_assert(offsetof(edge_i2c_message, flags) == offsetof(struct i2c_msg, flags), "layout of a message");
_Static_assert(offsetof(edge_i2c_message, count) == offsetof(struct i2c_msg, len), "layout of a message");
_Static_assert(offsetof(edge_i2c_message, bytes) == offsetof(struct i2c_msg, buf), "layout of a message");
_Static_assert(EDGE_I2C_READ == I2C_M_RD, "a kernel constant");
_Static_assert(EDGE_I2C_MOST_MESSAGES == I2C_RDWR_IOCTL_MAX_MSGS, "a kernel constant");
_Static_assert(EDGE_SMBUS_MOST_BYTES == I2C_SMBUS_BLOCK_MAX, "a kernel constant");
_Static_assert(EDGE_I2C_FUNCTION_I2C == I2C_FUNC_I2C && EDGE_I2C_FUNCTION_QUICK == I2C_FUNC_SMBUS_QUICK,
               "kernel constants");
_Static_assert(EDGE_I2C_FUNCTION_READ_BYTE == I2C_FUNC_SMBUS_READ_BYTE &&
                   EDGE_I2C_FUNCTION_WRITE_BYTE == I2C_FUNC_SMBUS_WRITE_BYTE &&
                   EDGE_I2C_FUNCTION_READ_BYTE_DATA == I2C_FUNC_SMBUS_READ_BYTE_DATA &&
                   EDGE_I2C_FUNCTION_WRITE_BYTE_DATA == I2C_FUNC_SMBUS_WRITE_BYTE_DATA &&
                   EDGE_I2C_FUNCTION_READ_WORD_DATA == I2C_FUNC_SMBUS_READ_WORD_DATA &&
                   EDGE_I2C_FUNCTION_WRITE_WORD_DATA == I2C_FUNC_SMBUS_WRITE_WORD_DATA &&
                   EDGE_I2C_FUNCTION_READ_BLOCK == I2C_FUNC_SMBUS_READ_I2C_BLOCK &&
                   EDGE_I2C_FUNCTION_WRITE_BLOCK == I2C_FUNC_SMBUS_WRITE_I2C_BLOCK,
               "kernel constants");

// A call that signals keep breaking off is given up after so many tries, with -EINTR.
enum { MOST_TRIES = 16 };

static int call(int adapter, unsigned long request, void *argument) {
  int result = -1;
  for (int try = 0; try < MOST_TRIES; try++) {
    result = ioctl(adapter, request, argument);
    if (result >= 0 || errno != EINTR) break;
  }
  return result < 0 ? -errno : result;
}

int edge_i2c_open(const char *path, uint32_t *functions) {
  int adapter = open(path, O_RDWR | O_CLOEXEC);
  // A device file without its device.
  if (adapter < 0) return errno == ENXIO ? -ENODEV : -errno;
  unsigned long all = 0;
  int result = call(adapter, I2C_FUNCS, &all);
  if (result < 0) {
    close(adapter);
    // A device, but of another kind.
    return result == -ENOTTY || result == -EINVAL ? -ENODEV : result;
  }
  *functions = (uint32_t)all;
  return adapter;
}

int edge_i2c_set_timeout(int adapter, uint32_t milliseconds) {
  // The unit is 10 ms; 0 would mean none at all.
  unsigned long units = (milliseconds + 9) / 10;
  return call(adapter, I2C_TIMEOUT, (void *)(units ? units : 1));
}

int edge_i2c_set_retries(int adapter, uint32_t retries) {
  return call(adapter, I2C_RETRIES, (void *)(unsigned long)retries);
}

int edge_i2c_name(int adapter, char *name, uint32_t room) {
  struct stat status;
  if (room == 0) return -EINVAL;
  name[0] = 0;
  if (fstat(adapter, &status) < 0) return -errno;
  // By device number, so that a link to the device serves as well.
  char path[64];
  snprintf(path, sizeof path, "/sys/dev/char/%u:%u/name", major(status.st_rdev), minor(status.st_rdev));
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -errno;
  ssize_t count = read(file, name, room - 1);
  int failure = errno;
  close(file);
  if (count < 0) return -failure;
  while (count > 0 && name[count - 1] == '\n') count--;
  name[count] = 0;
  return (int)count;
}

int edge_i2c_gone(int adapter, const char *path) {
  struct stat opened, there;
  if (fstat(adapter, &opened) < 0 || stat(path, &there) < 0) return 1;
  // An adapter that comes back may have the number it had, but its device file is made anew.
  return opened.st_rdev != there.st_rdev || opened.st_ino != there.st_ino;
}

int edge_i2c_transfer(int adapter, edge_i2c_message *messages, uint32_t count) {
  struct i2c_rdwr_ioctl_data data = {.msgs = (struct i2c_msg *)messages, .nmsgs = count};
  int done = call(adapter, I2C_RDWR, &data);
  if (done < 0) return done;
  return (uint32_t)done == count ? 0 : -EIO;
}

int edge_i2c_select(int adapter, uint8_t address) {
  int result = call(adapter, I2C_SLAVE, (void *)(unsigned long)address);
  return result < 0 ? result : 0;
}

static int read_block(int adapter, uint8_t command, uint8_t *bytes, uint8_t count) {
  int got = i2c_smbus_read_i2c_block_data(adapter, command, count, bytes);
  if (got < 0) return got;
  return got == count ? 0 : -EPROTO;
}

int edge_i2c_smbus(int adapter, int kind, uint8_t command, uint8_t *bytes, uint8_t count) {
  int result = -EOPNOTSUPP;
  switch (kind) {
    case EDGE_SMBUS_QUICK_WRITE: return i2c_smbus_write_quick(adapter, I2C_SMBUS_WRITE);
    case EDGE_SMBUS_QUICK_READ: return i2c_smbus_write_quick(adapter, I2C_SMBUS_READ);
    case EDGE_SMBUS_WRITE_BYTE: return i2c_smbus_write_byte(adapter, command);
    case EDGE_SMBUS_READ_BYTE:
      result = i2c_smbus_read_byte(adapter);
      if (result >= 0) bytes[0] = (uint8_t)result;
      break;
    case EDGE_SMBUS_WRITE_BYTE_DATA: return i2c_smbus_write_byte_data(adapter, command, bytes[0]);
    case EDGE_SMBUS_READ_BYTE_DATA:
      result = i2c_smbus_read_byte_data(adapter, command);
      if (result >= 0) bytes[0] = (uint8_t)result;
      break;
    // On the wire a word's low byte goes first, so bytes[0] is the low one.
    case EDGE_SMBUS_WRITE_WORD_DATA:
      return i2c_smbus_write_word_data(adapter, command, (uint16_t)(bytes[0] | bytes[1] << 8));
    case EDGE_SMBUS_READ_WORD_DATA:
      result = i2c_smbus_read_word_data(adapter, command);
      if (result >= 0) {
        bytes[0] = (uint8_t)result;
        bytes[1] = (uint8_t)(result >> 8);
      }
      break;
    case EDGE_SMBUS_WRITE_BLOCK: return i2c_smbus_write_i2c_block_data(adapter, command, count, bytes);
    case EDGE_SMBUS_READ_BLOCK: return read_block(adapter, command, bytes, count);
  }
  return result < 0 ? result : 0;
}

void edge_close(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}
