#include "fault/folder.h"

#include "base/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void lw_folder_make(struct lw_folder *folder)
{
  *folder = (struct lw_folder){.path = "/tmp/leeway-test-XXXXXX"};
  const char *made = mkdtemp(folder->path);
  LW_ASSERT(made != NULL);
}

void lw_folder_remove(const struct lw_folder *folder)
{
  DIR *dir = opendir(folder->path);
  if (dir == NULL) {
    return;
  }
  for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
      (void)unlinkat(dirfd(dir), entry->d_name, 0);
    }
  }
  (void)closedir(dir);
  (void)rmdir(folder->path);
}

char *lw_folder_file(const struct lw_folder *folder, const char *name, char place[256])
{
  int length = snprintf(place, 256, "%s/%s", folder->path, name);
  LW_ASSERT(length > 0);
  LW_ASSERT(length < 256);
  return place;
}
