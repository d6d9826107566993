// Bytes through pipes, terminals and sockets.
#ifndef CBOARD_IO_H
#define CBOARD_IO_H

#include <stddef.h>
#include <stdint.h>

// What to wait for, and what cboard_poll says is there.
#define CBOARD_POLL_IN 1u
#define CBOARD_POLL_OUT 2u
#define CBOARD_POLL_HANGUP 4u

// Waits for `events` on one descriptor. `timeout_ms` < 0 waits for ever. Returns the events there are, 0 after the time,
// or -errno (-CBOARD_EINTR when a signal came).
int cboard_poll(int fd, uint32_t events, int32_t timeout_ms);

// The same for two descriptors; what is there on each is put in `ready_a` and `ready_b`. A descriptor < 0 is left out.
int cboard_poll2(int fd_a, uint32_t events_a, uint32_t *ready_a, int fd_b, uint32_t events_b, uint32_t *ready_b,
                 int32_t timeout_ms);

// One read or write. Returns the bytes moved (0: end of input), or -errno; -CBOARD_EAGAIN when it would block.
int64_t cboard_read(int fd, void *buffer, size_t count);
int64_t cboard_write(int fd, const void *buffer, size_t count);

// Writes everything, waiting at most `timeout_ms` (< 0: for ever) each time nothing can be written.
int cboard_write_all(int fd, const void *buffer, size_t count, int32_t timeout_ms);

int cboard_set_nonblocking(int fd, int on);

// A close-on-exec pipe: ends[0] reads, ends[1] writes.
int cboard_pipe(int ends[2]);

// Makes `to` the same as `from`; the copy stays open over exec.
int cboard_dup2(int from, int to);

// 1 when the descriptor is a terminal.
int cboard_is_terminal(int fd);

#endif
