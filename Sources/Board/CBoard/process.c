#include "cboard_base.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cboard_process.h"

_Static_assert(CBOARD_SIGHUP == SIGHUP && CBOARD_SIGINT == SIGINT, "signals");
_Static_assert(CBOARD_SIGKILL == SIGKILL && CBOARD_SIGTERM == SIGTERM, "signals");

static volatile sig_atomic_t pending = 0;

int cboard_fork(void) { return cboard_result(fork()); }

int cboard_wait(int pid, int block, int *code) {
  int status = 0;
  int result;
  do result = waitpid(pid, &status, block ? 0 : WNOHANG);
  while (result < 0 && errno == EINTR && block && !pending);
  if (result < 0) return -errno;
  if (result > 0 && code) *code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

int cboard_process_handle(int pid) { return cboard_result((int)syscall(SYS_pidfd_open, pid, 0)); }

int cboard_kill(int pid, int signal) { return cboard_result(kill(pid, signal)); }

int cboard_process_id(void) { return getpid(); }

int cboard_parent_id(void) { return getppid(); }

int cboard_new_session(void) { return setsid() < 0 ? -errno : 0; }

int cboard_execute(const char *path, char *const argv[]) {
  execv(path, argv);
  return -errno;
}

int cboard_signal_at_parent_death(int signal) {
  return cboard_result(prctl(PR_SET_PDEATHSIG, (unsigned long)signal, 0, 0, 0));
}

static void note(int signal) { pending = signal; }

static int set_handler(int signal, void (*handler)(int)) {
  struct sigaction action = {.sa_handler = handler};
  sigemptyset(&action.sa_mask);
  return cboard_result(sigaction(signal, &action, NULL));  // no SA_RESTART: a waiting call must come back
}

int cboard_signals_install(void) {
  static const int noted[] = {SIGTERM, SIGINT, SIGHUP};
  sigset_t set;
  sigemptyset(&set);
  for (size_t index = 0; index < sizeof noted / sizeof noted[0]; index++) {
    int result = set_handler(noted[index], note);
    if (result < 0) return result;
    sigaddset(&set, noted[index]);
  }
  // A program started from a thread that had them blocked has them blocked, and would hear nothing.
  if (sigprocmask(SIG_UNBLOCK, &set, NULL) < 0) return -errno;
  int result = set_handler(SIGPIPE, SIG_IGN);
  return result < 0 ? result : set_handler(SIGXFSZ, SIG_IGN);
}

void cboard_signals_reset(void) {
  static const int all[] = {SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGXFSZ};
  for (size_t index = 0; index < sizeof all / sizeof all[0]; index++) set_handler(all[index], SIG_DFL);
}

int cboard_signal_pending(void) { return pending; }

void cboard_signal_clear(void) { pending = 0; }

void cboard_signal_raise(int signal) { pending = signal; }
