#include "engine/content/identity.h"

#include "base/path.h"
#include "engine/inputs/languages.h"

typedef struct parts {
  nt_str before, after;       /* the folders around the one that is a language */
  nt_str stem, ext;           /* of the file, the stem without its suffix */
  nt_str suffix_lang, folder; /* empty where there is none */
} parts;

static void split_folders(const nt_inputs *in, nt_str dir, parts *p) {
  p->before = dir;
  for (nt_str rest = dir; rest.len; rest = nt_path_dir(rest)) {
    if (!nt_language_find(in, nt_path_base(rest))) continue;
    p->folder = nt_path_base(rest);
    p->before = nt_path_dir(rest);
    p->after = nt_str_sub(dir, rest.len + 1, dir.len);
    return;
  }
}

static parts split(const nt_inputs *in, nt_str path) {
  parts p = {.stem = nt_path_stem(path), .ext = nt_path_ext(path)};
  size_t dot = nt_str_find_last(p.stem, '.');
  nt_str suffix = nt_str_sub(p.stem, dot + 1, p.stem.len);
  if (dot < p.stem.len && nt_language_find(in, suffix)) {
    p.suffix_lang = suffix;
    p.stem = nt_str_sub(p.stem, 0, dot);
  }
  split_folders(in, nt_path_dir(path), &p);
  return p;
}

nt_str nt_identity_lang(const nt_inputs *in, nt_str path) {
  parts p = split(in, path);
  return p.suffix_lang.len ? p.suffix_lang : p.folder;
}

nt_str nt_identity_folders(const nt_inputs *in, nt_str path, nt_arena *arena) {
  parts p = split(in, path);
  return nt_path_join(arena, p.before, p.after);
}

nt_str nt_identity_name(const nt_inputs *in, nt_str path, nt_arena *arena) {
  parts p = split(in, path);
  nt_str dir = nt_path_join(arena, p.before, p.after);
  if (nt_str_eq(p.stem, NT_STR("index")) || nt_str_eq(p.stem, NT_STR("_index"))) return dir;
  return nt_path_join(arena, dir, p.stem);
}

nt_str nt_identity_key(const nt_inputs *in, const nt_record *record, nt_arena *arena) {
  nt_str id = record->id, source = record->made->source;
  nt_str path = source.len ? nt_str_sub(id, source.len + 1, id.len) : id, derived = nt_str_n("", 0);
  if (record->parent) { /* "om.en.md#bild" goes with "om.md#bild" */
    size_t mark = nt_str_find_last(path, '#');
    derived = nt_str_sub(path, mark, path.len);
    path = nt_str_sub(path, 0, mark);
  }
  parts p = split(in, path);
  nt_str file = nt_path_join(arena, nt_path_join(arena, p.before, p.after), p.stem);
  return nt_arena_format(arena, "%.*s.%.*s%.*s", NT_FMT(file), NT_FMT(p.ext), NT_FMT(derived));
}
