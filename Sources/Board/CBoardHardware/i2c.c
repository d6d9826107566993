#include "CBoardHardware.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/i2c-dev.h>
#include <linux/i2c.h>
#include <sys/ioctl.h>
#include <unistd.h>

int edge_i2c_open(const char *path) {
  int adapter = open(path, O_RDWR | O_CLOEXEC);
  if (adapter < 0) return -errno;
  unsigned long functions = 0;
  int failure = 0;
  if (ioctl(adapter, I2C_FUNCS, &functions) < 0) failure = errno == ENOTTY ? ENODEV : errno;
  else if (!(functions & I2C_FUNC_I2C)) failure = EOPNOTSUPP;
  if (failure) {
    close(adapter);
    return -failure;
  }
  return adapter;
}

int edge_i2c_transfer(int adapter, uint8_t address, const edge_i2c_message *messages, uint32_t count) {
  struct i2c_msg list[EDGE_I2C_MOST_MESSAGES];
  if (count > EDGE_I2C_MOST_MESSAGES) return -EOPNOTSUPP;
  for (uint32_t index = 0; index < count; index++) {
    list[index].addr = address;
    list[index].flags = messages[index].read ? I2C_M_RD : 0;
    list[index].len = messages[index].count;
    list[index].buf = messages[index].bytes;
  }
  struct i2c_rdwr_ioctl_data data = {.msgs = list, .nmsgs = count};
  int done;
  do done = ioctl(adapter, I2C_RDWR, &data);
  while (done < 0 && errno == EINTR);
  if (done < 0) return -errno;
  return (uint32_t)done == count ? 0 : -EIO;
}

void edge_close(int descriptor) {
  if (descriptor >= 0) close(descriptor);
}
