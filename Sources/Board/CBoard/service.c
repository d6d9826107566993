#include "cboard_base.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cboard_file.h"
#include "cboard_service.h"

_Static_assert(CBOARD_ECONNREFUSED == ECONNREFUSED, "errno");

int cboard_notify(const void *text, size_t length) {
  const char *name = getenv("NOTIFY_SOCKET");
  if (!name || (name[0] != '/' && name[0] != '@') || name[1] == 0) return -ENOENT;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t size = strlen(name);
  if (size >= sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path, name, size);
  if (name[0] == '@') address.sun_path[0] = 0;  // an abstract name has no terminator: its length says where it ends
  else size++;
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  socklen_t total = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
  ssize_t sent;
  do sent = sendto(fd, text, length, MSG_NOSIGNAL, (struct sockaddr *)&address, total);
  while (sent < 0 && errno == EINTR);
  int result = sent < 0 ? -errno : 0;
  close(fd);
  return result;
}

uint64_t cboard_watchdog_us(void) {
  const char *text = getenv("WATCHDOG_USEC");
  const char *process = getenv("WATCHDOG_PID");
  if (!text || (process && strtol(process, NULL, 10) != getpid())) return 0;
  char *end;
  unsigned long long value = strtoull(text, &end, 10);
  return end == text || *end ? 0 : value;
}

// A socket's address holds 107 characters; a longer path is reached through a descriptor of its folder, put in `folder_fd`.
static int place(const char *folder, const char *name, struct sockaddr_un *address, int *folder_fd) {
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  *folder_fd = -1;
  int size = snprintf(address->sun_path, sizeof address->sun_path, "%s/%s", folder, name);
  if (size >= 0 && (size_t)size < sizeof address->sun_path) return 0;
  *folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (*folder_fd < 0) return -errno;
  size = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", *folder_fd, name);
  return size >= 0 && (size_t)size < sizeof address->sun_path ? 0 : -ENAMETOOLONG;
}

static int open_socket(int extra) { return cboard_result(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | extra, 0)); }

int cboard_local_listen(const char *folder, const char *name) {
  struct sockaddr_un address;
  int folder_fd;
  int result = place(folder, name, &address, &folder_fd);
  int fd = result < 0 ? result : open_socket(SOCK_NONBLOCK);
  if (fd >= 0) {
    unlink(address.sun_path);
    mode_t before = umask(0177);
    result = cboard_result(bind(fd, (struct sockaddr *)&address, sizeof address));
    umask(before);
    if (result == 0) result = cboard_result(listen(fd, 16));
    if (result < 0) {
      close(fd);
      fd = result;
    }
  }
  if (folder_fd >= 0) close(folder_fd);
  return fd;
}

int cboard_local_connect(const char *folder, const char *name) {
  struct sockaddr_un address;
  int folder_fd;
  int result = place(folder, name, &address, &folder_fd);
  int fd = result < 0 ? result : open_socket(0);
  if (fd >= 0) {
    result = cboard_result(connect(fd, (struct sockaddr *)&address, sizeof address));
    if (result < 0) {
      close(fd);
      fd = result;
    }
  }
  if (folder_fd >= 0) close(folder_fd);
  return fd;
}

int cboard_local_accept(int fd) { return cboard_result(accept4(fd, NULL, NULL, SOCK_CLOEXEC)); }

int cboard_adopt_orphans(void) { return cboard_result(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)); }

int cboard_process_name(int pid, char *text, size_t capacity) {
  if (capacity == 0) return -EINVAL;
  char path[40];
  snprintf(path, sizeof path, "/proc/%d/comm", pid);
  int fd = cboard_open(path, CBOARD_READ, 0);
  if (fd < 0) return fd;
  int64_t got = cboard_pread(fd, text, capacity - 1, 0);
  cboard_close(fd);
  if (got < 0) return (int)got;
  while (got > 0 && text[got - 1] == '\n') got--;
  text[got] = 0;
  return 0;
}
