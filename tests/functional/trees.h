/* Directories as values: to make, to copy, to read whole and to compare. */
#ifndef FUNCTIONAL_TREES_H
#define FUNCTIONAL_TREES_H

#include "base/arena.h"
#include "base/map.h"

/* A fresh directory; heap. */
char *tree_temp(void);
/* With its directories. */
void tree_write(const char *root, const char *path, const char *text);
/* NULL if there is none; heap. */
char *tree_read(const char *root, const char *path);
/* Everything but names that begin with '.' and the folder "public"; links as they are. */
void tree_copy(const char *from, const char *to);
/* With those too: what was published, and the state; not the memo. */
void tree_copy_all(const char *from, const char *to);
void tree_delete(const char *root);
/* Cuts off the end of every file that is there, or makes one byte of each another; where, is from `random`. */
void tree_damage(const char *root, bool cut, uint64_t random);
/* What no finished commit leaves, below it: a journal, what is staged or half written. NULL if there is none; heap. */
char *tree_leftover(const char *root);

typedef struct tree {
  nt_arena *arena;
  nt_map files; /* path -> nt_str*; of a folder the path ends in '/' */
} tree;

tree tree_of(const char *root);
void tree_deinit(tree *t);
/* The first path by which they differ, or an empty string. */
nt_str tree_difference(const tree *a, const tree *b);
/* One number for all of it: paths and bytes. */
uint64_t tree_hash(const tree *t);
/* The same of what is in a folder. */
uint64_t tree_hash_below(const tree *t, nt_str folder);

#endif
