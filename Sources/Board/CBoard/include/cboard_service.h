// A process as a service: talk with systemd, and sockets in a folder for processes of the same board.
#ifndef CBOARD_SERVICE_H
#define CBOARD_SERVICE_H

#include <stddef.h>
#include <stdint.h>

// One datagram of sd_notify(3) to $NOTIFY_SOCKET, which is a path or, after '@', an abstract name. -CBOARD_ENOENT
// without one.
int cboard_notify(const void *text, size_t length);

// How often systemd wants to hear WATCHDOG=1 of this process, in microseconds; 0 for never.
uint64_t cboard_watchdog_us(void);

// A listening socket at folder/name for messages of whole packets; whatever was there is replaced. Only this user may
// connect. Returns a descriptor that does not block, or -errno. The path may be of any length.
int cboard_local_listen(const char *folder, const char *name);

// Connects to it; -CBOARD_ENOENT or -CBOARD_ECONNREFUSED when nobody listens.
int cboard_local_connect(const char *folder, const char *name);

// Takes the next connection; -CBOARD_EAGAIN when there is none.
int cboard_local_accept(int fd);

// Orphans among this process's descendants become its children, so that it can wait for them.
int cboard_adopt_orphans(void);

// The name of the program a process runs (15 characters at most), in `text`.
int cboard_process_name(int pid, char *text, size_t capacity);

#endif
