/* Makes each removal of a file take 10 ms, as on a slow SD card; to be loaded with LD_PRELOAD. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const struct timespec REMOVAL = {0, 10000000};

int unlink(const char *path) {
    nanosleep(&REMOVAL, NULL);
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
