#include "engine/memo/store.h"

#include <elf.h>
#include <link.h>
#include <sys/stat.h>

/* The bytes of the NT_GNU_BUILD_ID note in a segment of notes; empty if there is none. */
static nt_str build_id_in(const char *notes, size_t len) {
  while (len >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    memcpy(&note, notes, sizeof note);
    size_t name = (note.n_namesz + 3u) & ~(size_t)3, desc = (note.n_descsz + 3u) & ~(size_t)3;
    if (name > len || desc > len || sizeof note + name + desc > len) break;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(notes + sizeof note, "GNU", 4) == 0)
      return nt_str_n(notes + sizeof note + name, note.n_descsz);
    notes += sizeof note + name + desc;
    len -= sizeof note + name + desc;
  }
  return NT_STR("");
}

static nt_str build_id(const struct dl_phdr_info *object) {
  for (unsigned i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    if (segment->p_type != PT_NOTE) continue;
    nt_str id = build_id_in((const char *)(object->dlpi_addr + segment->p_vaddr), segment->p_memsz);
    if (id.len) return id;
  }
  return NT_STR("");
}

static nt_hash file_hash(const char *path) {
  struct stat st;
  if (stat(path, &st) != 0) return nt_hash_bytes(nt_str_c(path));
  uint64_t parts[] = {(uint64_t)st.st_size, (uint64_t)st.st_mtim.tv_sec, (uint64_t)st.st_mtim.tv_nsec};
  return nt_hash_bytes(nt_str_n((const char *)parts, sizeof parts));
}

/* Added up, for the order in which libraries are loaded says nothing. What the kernel brings (its vdso has no file) is
 * no part of the program. */
static int add_object(struct dl_phdr_info *object, size_t size, void *ud) {
  nt_hash *sum = ud;
  bool itself = object->dlpi_name[0] == '\0';
  if (!itself && object->dlpi_name[0] != '/') return 0;
  nt_str id = build_id(object);
  *sum += id.len ? nt_hash_bytes(id) : file_hash(itself ? "/proc/self/exe" : object->dlpi_name);
  return 0;
}

nt_hash nt_memo_program(void) {
  nt_hash sum = 0;
  dl_iterate_phdr(add_object, &sum);
  return nt_hash_combine(sum, sizeof(void *));
}
