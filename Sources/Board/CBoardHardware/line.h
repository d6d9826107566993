// What the two files over libgpiod share.
//
// The two generations of the library have the same header name and guard and no version macro. GPIOD_LINE_BULK_MAX_LINES
// is a macro of every 1.x header; 2.0 took away bulks and with them the macro, and defines no other instead. So one test
// of the preprocessor tells them apart, and neither file needs the build system's help.

#ifndef EDGE_LINE_H
#define EDGE_LINE_H

#include <gpiod.h>

#ifdef GPIOD_LINE_BULK_MAX_LINES
#define EDGE_GPIOD_VERSION 1
#else
#define EDGE_GPIOD_VERSION 2
#endif

#endif
