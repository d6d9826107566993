#include "cboard_base.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "cboard_io.h"

static short to_poll(uint32_t events) {
  short wanted = 0;
  if (events & CBOARD_POLL_IN) wanted |= POLLIN;
  if (events & CBOARD_POLL_OUT) wanted |= POLLOUT;
  return wanted;
}

static uint32_t from_poll(short events) {
  uint32_t ready = 0;
  if (events & POLLIN) ready |= CBOARD_POLL_IN;
  if (events & POLLOUT) ready |= CBOARD_POLL_OUT;
  if (events & (POLLHUP | POLLERR | POLLNVAL)) ready |= CBOARD_POLL_HANGUP;
  return ready;
}

int cboard_poll(int fd, uint32_t events, int32_t timeout_ms) {
  struct pollfd entry = {.fd = fd, .events = to_poll(events)};
  int count = poll(&entry, 1, timeout_ms);
  if (count < 0) return -errno;
  return count == 0 ? 0 : (int)from_poll(entry.revents);
}

int cboard_poll2(int fd_a, uint32_t events_a, uint32_t *ready_a, int fd_b, uint32_t events_b, uint32_t *ready_b,
                 int32_t timeout_ms) {
  struct pollfd entries[2] = {{.fd = fd_a, .events = to_poll(events_a)}, {.fd = fd_b, .events = to_poll(events_b)}};
  *ready_a = *ready_b = 0;
  int count = poll(entries, 2, timeout_ms);
  if (count < 0) return -errno;
  *ready_a = from_poll(entries[0].revents);
  *ready_b = from_poll(entries[1].revents);
  return count;
}

int64_t cboard_read(int fd, void *buffer, size_t count) {
  ssize_t got = read(fd, buffer, count);
  return got < 0 ? -errno : got;
}

int64_t cboard_write(int fd, const void *buffer, size_t count) {
  ssize_t put = write(fd, buffer, count);
  return put < 0 ? -errno : put;
}

int cboard_write_all(int fd, const void *buffer, size_t count, int32_t timeout_ms) {
  size_t done = 0;
  while (done < count) {
    ssize_t put = write(fd, (const uint8_t *)buffer + done, count - done);
    if (put > 0) {
      done += (size_t)put;
      continue;
    }
    if (put < 0 && errno == EINTR) continue;
    if (put < 0 && errno != EAGAIN) return -errno;
    struct pollfd entry = {.fd = fd, .events = POLLOUT};
    int ready = poll(&entry, 1, timeout_ms);
    if (ready == 0) return -ETIMEDOUT;
    if (ready < 0 && errno != EINTR) return -errno;
  }
  return 0;
}

int cboard_set_nonblocking(int fd, int on) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return -errno;
  return cboard_result(fcntl(fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

int cboard_pipe(int ends[2]) { return cboard_result(pipe2(ends, O_CLOEXEC)); }

int cboard_dup2(int from, int to) {
  if (from == to) {
    int flags = fcntl(from, F_GETFD);
    return flags < 0 ? -errno : cboard_result(fcntl(from, F_SETFD, flags & ~FD_CLOEXEC));
  }
  int result = dup2(from, to);
  return result < 0 ? -errno : 0;
}

int cboard_is_terminal(int fd) { return isatty(fd); }
