/* Reading the files of one directory tree, and nothing outside it: every path is resolved beneath the root, and a
 * symbolic link that leads out of it is refused. The functions here are the only ones that open a file of a site. */
#ifndef NT_IO_FILES_H
#define NT_IO_FILES_H

#include "base/buf.h"
#include "base/hash.h"
#include "base/vec.h"

typedef struct nt_root nt_root; /* an open directory; may be used by several threads */

/* NULL if it cannot be opened; errno says why. */
nt_root *nt_root_open(nt_str path);
/* A directory of the root, resolved beneath it: NULL with EXDEV or ELOOP if a link leads out. */
nt_root *nt_root_open_below(const nt_root *root, nt_str path);
void nt_root_close(nt_root *root);
nt_str nt_root_path(const nt_root *root);
/* A file that was opened through the root while another had it open for writing, so that half of it may have been read:
 * its path from the root, on the heap and the caller's, each time once; empty when there is no more. Asked of files
 * that had changed a moment before only. From any thread. */
nt_str nt_root_met_writer(nt_root *root);
/* Is somebody writing to what is open here? Unknown where the system cannot tell. */
typedef enum nt_writing { NT_NOT_WRITTEN, NT_WRITTEN, NT_WRITING_UNKNOWN } nt_writing;
nt_writing nt_file_writing(int fd);
/* A descriptor of what lies there, links followed, for fstat() and no reading; -1 and errno if there is nothing, or a
 * link leads out. */
int nt_root_peek(const nt_root *root, nt_str path);

typedef enum nt_file_result {
  NT_FILE_OK,
  NT_FILE_ABSENT,
  NT_FILE_DENIED,
  NT_FILE_OUTSIDE,   /* a link leads out of the root */
  NT_FILE_CIRCLE,    /* a link leads to itself, or a folder to one that it is in */
  NT_FILE_TOO_DEEP,  /* in more folders than anybody looks into */
  NT_FILE_DIRECTORY, /* a directory where a file should be */
  NT_FILE_SPECIAL,   /* a device, socket or pipe */
  NT_FILE_TOO_LARGE,
  NT_FILE_BAD_NAME, /* its name is not valid UTF-8 */
  NT_FILE_CHANGING, /* it changed while it was read, again and again */
  NT_FILE_FAILED
} nt_file_result;

/* What tells one version of a file from another without reading it. */
typedef struct nt_file_stamp {
  uint64_t size;
  int64_t mtime; /* nanoseconds */
  int64_t ctime;
  uint64_t inode;
  uint64_t device;
} nt_file_stamp;

/* Appends the file's bytes to `out`, at most `limit` (0: none). A file whose stamp changed across the read is read
 * again. `stamp` may be NULL. */
nt_file_result nt_file_read(nt_root *root, nt_str path, uint64_t limit, nt_buf *out, nt_file_stamp *stamp);

/* A file to be read piece by piece, for those that may be larger than memory. The caller closes the descriptor; -1 when
 * *result says why not. `stamp` may be NULL. */
int nt_file_open(nt_root *root, nt_str path, nt_file_result *result, nt_file_stamp *stamp);
/* Reads at most `len` bytes from `offset`; returns how many there were. */
size_t nt_file_read_at(int fd, uint64_t offset, void *out, size_t len);
/* The hash of all its bytes; false if they cannot be read. Holes cost no reading. */
bool nt_file_hash(int fd, nt_hash *out);

/* What lies there, for one who would otherwise list it: OK is a plain file whose stamp is given, DIRECTORY a folder,
 * and CIRCLE is a link on the way or at the end, wherever it leads. */
nt_file_result nt_file_look(const nt_root *root, nt_str path, nt_file_stamp *stamp);

typedef struct nt_file_entry {
  nt_str path; /* from the root */
  nt_file_stamp stamp;
} nt_file_entry;

typedef struct nt_file_problem {
  nt_str path;
  nt_file_result result;
} nt_file_problem;

typedef struct nt_file_list {
  NT_VEC(nt_file_entry) files;      /* sorted by path */
  NT_VEC(nt_file_problem) problems; /* directories that could not be read, links that lead out */
} nt_file_list;

/* Every regular file below `path`, also through links that stay inside; names beginning with '.' are passed over. An
 * absent directory is an empty list with one problem. Strings live in the arena, the vectors on the heap. */
void nt_file_list_read(nt_root *root, nt_str path, nt_arena *arena, nt_file_list *out);
/* In order of path, each once: for lists that were put together from several. */
void nt_file_list_sort(nt_file_list *list);
void nt_file_list_deinit(nt_file_list *list);

#endif
