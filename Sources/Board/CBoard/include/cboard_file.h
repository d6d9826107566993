// Files and directories. Sizes and offsets are 64 bits on every board.
#ifndef CBOARD_FILE_H
#define CBOARD_FILE_H

#include <stddef.h>
#include <stdint.h>

// The errors callers tell apart, as positive Linux error numbers (the same on x86-64 and ARM).
#define CBOARD_EPERM 1
#define CBOARD_ENOENT 2
#define CBOARD_EINTR 4
#define CBOARD_EIO 5
#define CBOARD_EAGAIN 11
#define CBOARD_EACCES 13
#define CBOARD_EEXIST 17
#define CBOARD_ENOTDIR 20
#define CBOARD_EINVAL 22
#define CBOARD_EFBIG 27
#define CBOARD_ENOSPC 28
#define CBOARD_EROFS 30
#define CBOARD_EPIPE 32
#define CBOARD_ENOTEMPTY 39
#define CBOARD_EOPNOTSUPP 95
#define CBOARD_ETIMEDOUT 110
#define CBOARD_ECONNREFUSED 111
#define CBOARD_EDQUOT 122

// Flags of cboard_open. Files are always close-on-exec and never a controlling terminal.
#define CBOARD_READ 1u
#define CBOARD_WRITE 2u
#define CBOARD_CREATE 4u
#define CBOARD_EXCLUSIVE 8u
#define CBOARD_TRUNCATE 16u
#define CBOARD_NONBLOCK 32u

// Opens `path`; `mode` are the permissions of a file it creates. Returns a descriptor or -errno.
int cboard_open(const char *path, uint32_t flags, uint32_t mode);
int cboard_close(int fd);

// Reads until `count` bytes or the end of the file. Returns the bytes read or -errno.
int64_t cboard_pread(int fd, void *buffer, size_t count, int64_t offset);

// Writes all of `count` bytes. On an error some of them may have been written.
int cboard_pwrite(int fd, const void *buffer, size_t count, int64_t offset);

int cboard_fdatasync(int fd);
int cboard_fsync(int fd);
int cboard_fsync_directory(const char *path);
int cboard_truncate(int fd, int64_t length);

// Reserves the space [offset, offset + length): later writes there cannot fail for lack of it. Zeros are read there.
int cboard_allocate(int fd, int64_t offset, int64_t length);

int cboard_rename(const char *from, const char *to);
int cboard_unlink(const char *path);
int cboard_remove_directory(const char *path);

// Creates `path` and every missing parent; a directory that is there already is no error.
int cboard_make_directories(const char *path, uint32_t mode);

// Creates `path` alone; -CBOARD_EEXIST when it is there.
int cboard_make_directory(const char *path, uint32_t mode);

int cboard_file_size(int fd, int64_t *size);
int cboard_path_size(const char *path, int64_t *size);

// A listing without callbacks: open, next until 0, close. "." and ".." are left out, the order is the file system's.
// Next returns 1 with a terminated name in `name`, 0 at the end, or -errno; names that do not fit are left out.
int cboard_directory_open(const char *path, void **directory);
int cboard_directory_next(void *directory, char *name, size_t capacity);
void cboard_directory_close(void *directory);

// Bytes an ordinary user can still write in the file system that holds `path`.
int cboard_free_bytes(const char *path, uint64_t *bytes);

// Takes the exclusive lock of an open file without waiting; -CBOARD_EAGAIN when another process holds it.
int cboard_lock(int fd);

#endif
