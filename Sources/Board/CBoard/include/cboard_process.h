// Processes and signals.
#ifndef CBOARD_PROCESS_H
#define CBOARD_PROCESS_H

#include <stdint.h>

#define CBOARD_SIGHUP 1
#define CBOARD_SIGINT 2
#define CBOARD_SIGKILL 9
#define CBOARD_SIGTERM 15

// Returns 0 in the child, the child's id in the parent, or -errno.
int cboard_fork(void);

// Waits for `pid`; with `block` 0 only looks. Returns its id, 0 when it still runs, or -errno. `code` is the exit code,
// or 128 + signal when a signal ended it.
int cboard_wait(int pid, int block, int *code);

// A descriptor that cboard_poll finds ready (CBOARD_POLL_IN) once `pid` has ended; or -errno (Linux 5.3 and later).
int cboard_process_handle(int pid);

int cboard_kill(int pid, int signal);
int cboard_process_id(void);
int cboard_parent_id(void);
int cboard_new_session(void);

// Replaces the process image; returns only on an error. `argv` ends with NULL.
int cboard_execute(const char *path, char *const argv[]);

// Asks the kernel to send `signal` to this process when its parent ends (0: never).
int cboard_signal_at_parent_death(int signal);

// TERM, INT and HUP from now on only set a flag, also where they came blocked; PIPE and XFSZ are
// ignored, so that writes report EPIPE and EFBIG.
int cboard_signals_install(void);

// The last of TERM, INT or HUP that came since the last cboard_signal_clear, or 0.
int cboard_signal_pending(void);
void cboard_signal_clear(void);

// As if the signal had come; for a loop that ends itself.
void cboard_signal_raise(int signal);

// TERM, INT, HUP, PIPE and XFSZ do again what they do by default (for a child about to execute something else).
void cboard_signals_reset(void);

#endif
