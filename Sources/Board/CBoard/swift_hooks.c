// What Embedded Swift's standard library expects of its host and glibc lacks. Ordinary Swift brings its own: these are
// weak and hidden, so they neither clash with it nor replace it.
#include "cboard_base.h"

#include <locale.h>
#include <stdlib.h>

#define HOOK __attribute__((weak, visibility("hidden")))

static locale_t plain_locale;

__attribute__((constructor)) static void make_locale(void) { plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

HOOK const char *_swift_stdlib_strtod_clocale(const char *text, double *value) {
  char *end;
  *value = strtod_l(text, &end, plain_locale);
  return end == text ? NULL : end;
}

HOOK const char *_swift_stdlib_strtof_clocale(const char *text, float *value) {
  char *end;
  *value = strtof_l(text, &end, plain_locale);
  return end == text ? NULL : end;
}
