#include "cboard_base.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cboard_file.h"

_Static_assert(CBOARD_EPERM == EPERM && CBOARD_ENOENT == ENOENT && CBOARD_EINTR == EINTR, "errno");
_Static_assert(CBOARD_EIO == EIO && CBOARD_EAGAIN == EAGAIN && CBOARD_EACCES == EACCES, "errno");
_Static_assert(CBOARD_EEXIST == EEXIST && CBOARD_ENOTDIR == ENOTDIR && CBOARD_EINVAL == EINVAL, "errno");
_Static_assert(CBOARD_EFBIG == EFBIG && CBOARD_ENOSPC == ENOSPC && CBOARD_EROFS == EROFS, "errno");
_Static_assert(CBOARD_EPIPE == EPIPE && CBOARD_ENOTEMPTY == ENOTEMPTY && CBOARD_EOPNOTSUPP == EOPNOTSUPP, "errno");
_Static_assert(CBOARD_ETIMEDOUT == ETIMEDOUT && CBOARD_EDQUOT == EDQUOT, "errno");
_Static_assert(sizeof(off_t) == 8, "file offsets are 64 bits");

int cboard_open(const char *path, uint32_t flags, uint32_t mode) {
  int how = O_CLOEXEC | O_NOCTTY;
  if ((flags & CBOARD_READ) && (flags & CBOARD_WRITE)) how |= O_RDWR;
  else if (flags & CBOARD_WRITE) how |= O_WRONLY;
  else how |= O_RDONLY;
  if (flags & CBOARD_CREATE) how |= O_CREAT;
  if (flags & CBOARD_EXCLUSIVE) how |= O_EXCL;
  if (flags & CBOARD_TRUNCATE) how |= O_TRUNC;
  if (flags & CBOARD_NONBLOCK) how |= O_NONBLOCK;
  int fd;
  do fd = open(path, how, (mode_t)mode);
  while (fd < 0 && errno == EINTR);
  return cboard_result(fd);
}

int cboard_close(int fd) { return cboard_result(close(fd)); }

int64_t cboard_pread(int fd, void *buffer, size_t count, int64_t offset) {
  size_t done = 0;
  while (done < count) {
    ssize_t got = pread(fd, (uint8_t *)buffer + done, count - done, offset + (int64_t)done);
    if (got == 0) break;
    if (got > 0) done += (size_t)got;
    else if (errno != EINTR) return -errno;
  }
  return (int64_t)done;
}

int cboard_pwrite(int fd, const void *buffer, size_t count, int64_t offset) {
  size_t done = 0;
  while (done < count) {
    ssize_t put = pwrite(fd, (const uint8_t *)buffer + done, count - done, offset + (int64_t)done);
    if (put > 0) done += (size_t)put;
    else if (put == 0) return -EIO;
    else if (errno != EINTR) return -errno;
  }
  return 0;
}

int cboard_fdatasync(int fd) {
  int result;
  do result = fdatasync(fd);
  while (result < 0 && errno == EINTR);
  return cboard_result(result);
}

int cboard_fsync(int fd) {
  int result;
  do result = fsync(fd);
  while (result < 0 && errno == EINTR);
  return cboard_result(result);
}

int cboard_fsync_directory(const char *path) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return -errno;
  int result = cboard_fsync(fd);
  close(fd);
  return result == -EINVAL ? 0 : result;  // some file systems cannot, and keep directories in order without it
}

int cboard_truncate(int fd, int64_t length) {
  int result;
  do result = ftruncate(fd, length);
  while (result < 0 && errno == EINTR);
  return cboard_result(result);
}

int cboard_allocate(int fd, int64_t offset, int64_t length) {
  int error;
  do error = posix_fallocate(fd, offset, length);
  while (error == EINTR);
  return -error;
}

int cboard_rename(const char *from, const char *to) { return cboard_result(rename(from, to)); }

int cboard_unlink(const char *path) { return cboard_result(unlink(path)); }

int cboard_remove_directory(const char *path) { return cboard_result(rmdir(path)); }

int cboard_make_directory(const char *path, uint32_t mode) { return cboard_result(mkdir(path, (mode_t)mode)); }

static int make_or_find(const char *path, uint32_t mode) {
  if (mkdir(path, (mode_t)mode) == 0) return 0;
  int error = errno;
  struct stat info;
  if (stat(path, &info) != 0) return -error;
  return S_ISDIR(info.st_mode) ? 0 : -ENOTDIR;
}

int cboard_make_directories(const char *path, uint32_t mode) {
  char part[4096];
  size_t length = strlen(path);
  if (length == 0) return -ENOENT;
  if (length >= sizeof part) return -ENAMETOOLONG;
  for (size_t end = 1; end < length; end++) {
    if (path[end] != '/') continue;
    memcpy(part, path, end);
    part[end] = 0;
    int result = make_or_find(part, mode);
    if (result < 0) return result;
  }
  return make_or_find(path, mode);
}

int cboard_file_size(int fd, int64_t *size) {
  struct stat info;
  if (fstat(fd, &info) != 0) return -errno;
  *size = info.st_size;
  return 0;
}

int cboard_path_size(const char *path, int64_t *size) {
  struct stat info;
  if (stat(path, &info) != 0) return -errno;
  *size = info.st_size;
  return 0;
}

int cboard_directory_open(const char *path, void **directory) {
  *directory = opendir(path);
  return *directory ? 0 : -errno;
}

int cboard_directory_next(void *directory, char *name, size_t capacity) {
  for (;;) {
    errno = 0;
    struct dirent *entry = readdir(directory);
    if (!entry) return -errno;
    size_t length = strlen(entry->d_name);
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 || length >= capacity) continue;
    memcpy(name, entry->d_name, length + 1);
    return 1;
  }
}

void cboard_directory_close(void *directory) {
  if (directory) closedir(directory);
}

int cboard_free_bytes(const char *path, uint64_t *bytes) {
  struct statvfs info;
  if (statvfs(path, &info) != 0) return -errno;
  *bytes = (uint64_t)info.f_bavail * (uint64_t)info.f_frsize;
  return 0;
}

int cboard_lock(int fd) {
  int result;
  do result = flock(fd, LOCK_EX | LOCK_NB);
  while (result < 0 && errno == EINTR);
  return cboard_result(result);
}
