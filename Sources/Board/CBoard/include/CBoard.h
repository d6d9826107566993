// What the board needs of POSIX and libsodium, behind small functions that Swift can call in every build.
// No header of the system is included here, so Embedded Swift needs no sysroot to compile against it.
// Unless a comment says otherwise a function returns 0, or a negative errno.
#ifndef CBOARD_H
#define CBOARD_H

#include "cboard_crypto.h"
#include "cboard_file.h"
#include "cboard_io.h"
#include "cboard_memory.h"
#include "cboard_process.h"
#include "cboard_program.h"
#include "cboard_service.h"
#include "cboard_thread.h"
#include "cboard_time.h"

#endif
