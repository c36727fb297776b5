/* Configuration files: reading them, merging them, and holding their keys against the known ones. */
#ifndef NT_ENGINE_INPUTS_CONFIG_H
#define NT_ENGINE_INPUTS_CONFIG_H

#include "base/diag.h"
#include "base/vec.h"
#include "io/files.h"

/* Names of the files that a merged value's positions refer to (nt_pos.file). */
typedef struct nt_config_files {
  NT_VEC(nt_str) names;
} nt_config_files;

/* Reads and parses a YAML file beneath the root. `shown` is what diagnostics call it. ABSENT and every fault of the
 * file itself are returned, faults of its YAML reported; *out is then what could be read. */
nt_file_result nt_config_read(nt_root *root, nt_str path, nt_str shown, uint64_t limit, nt_arena *arena,
                              nt_config_files *files, nt_diags *diags, nt_value *out);
/* Says in words what is wrong with a file. */
void nt_config_report_file(nt_file_result result, nt_str shown, nt_where where, nt_diags *diags);

/* False after saying where the text is not valid UTF-8 or holds a NUL. */
bool nt_config_check_text(nt_str text, nt_str shown, nt_diags *diags);
/* False after saying that it is no map, unless reading it has said what is wrong already. */
bool nt_config_holds_map(const nt_value *value, nt_str shown, size_t errors_before, nt_diags *diags);
/* Is every item of the list a text with something in it? False after reporting those that are not. */
bool nt_config_strings(const nt_value *list, nt_str key, const nt_config_files *files, nt_diags *diags);

nt_where nt_config_where(const nt_config_files *files, nt_pos pos);

/* `over` laid upon `under`: maps merge by key, anything else replaces; positions stay with their values. */
nt_value nt_config_merge(const nt_value *under, const nt_value *over, nt_arena *arena);

/* What a map of configuration may hold. An entry whose `keys` is set is a map of that shape; `each` likewise for the
 * values of a map with free keys. */
typedef struct nt_schema nt_schema;
typedef struct nt_schema_key {
  const char *name; /* NULL ends the list; "*" stands for any name */
  unsigned types;   /* bits 1 << nt_type */
  const nt_schema *map;
  bool required;
} nt_schema_key;
struct nt_schema {
  const nt_schema_key *keys;
};

/* Reports unknown keys (with the nearest known), wrong types and missing keys. False if anything was wrong. */
bool nt_schema_check(const nt_schema *schema, const nt_value *map, nt_pos at, const nt_config_files *files,
                     nt_diags *diags);

extern const nt_schema nt_schema_workspace; /* notis.yaml */
extern const nt_schema nt_schema_site;      /* site.yaml */

/* "16 MB", "500 kB" or a number of bytes above 0; "20 %" or a number for a percentage. False if it is neither. */
bool nt_config_size(const nt_value *value, uint64_t *bytes);
bool nt_config_percent(const nt_value *value, double *ratio);

#endif
