/* A folder of a test's own, gone when the test is. */
#ifndef LW_FAULT_FOLDER_H
#define LW_FAULT_FOLDER_H

struct lw_folder {
  char path[64];
};

/* Aborts the test when it can't be made. */
void lw_folder_make(struct lw_folder *folder);
/* With the files in it; folders within it are not expected. */
void lw_folder_remove(const struct lw_folder *folder);
/* "folder/name" in place, which has room for 256 bytes; returns place. */
char *lw_folder_file(const struct lw_folder *folder, const char *name, char place[256]);

#endif
