// The program's own arguments, messages and end.
#ifndef CBOARD_PROGRAM_H
#define CBOARD_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

// How many arguments the program was started with, its own name included.
int cboard_argument_count(void);

// Argument `index`, 0 being the program's name; NULL out of range. The text lives as long as the program.
const char *cboard_argument(int index);

// The value of an environment variable, or NULL.
const char *cboard_environment(const char *name);

// One whole line to standard error in one write: the bytes, then a newline. Longer lines than 4095 bytes are cut.
void cboard_log_line(const void *text, size_t length);

// Ends the program; the second neither flushes nor runs anything.
_Noreturn void cboard_exit(int code);
_Noreturn void cboard_exit_now(int code);

// A short text for an errno (positive), in `text`.
void cboard_error_text(int error, char *text, size_t capacity);

#endif
