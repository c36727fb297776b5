#include "template/names.h"

static const char *const reserved[] = {"and",   "or",   "not",  "in",   "is",    "if",   "else", "true",
                                       "false", "none", "null", "True", "False", "None", NULL};

static const nt_template_function filters[] = {
    {.name = "abs"},
    {.name = "absolute_url"},
    {.name = "batch", .arguments = {"linecount", "fill_with"}, .required = 1},
    {.name = "capitalize"},
    {.name = "count"},
    {.name = "d", .arguments = {"default_value", "boolean"}},
    {.name = "date", .arguments = {"style"}},
    {.name = "default", .arguments = {"default_value", "boolean"}},
    {.name = "dictsort"},
    {.name = "e"},
    {.name = "escape"},
    {.name = "filesize"},
    {.name = "first"},
    {.name = "float", .arguments = {"default"}},
    {.name = "forceescape"},
    {.name = "groupby", .arguments = {"attribute", "default"}, .required = 1},
    {.name = "int", .arguments = {"default"}},
    {.name = "items"},
    {.name = "join", .arguments = {"d", "attribute"}},
    {.name = "json", .arguments = {"indent"}},
    {.name = "last"},
    {.name = "length"},
    {.name = "list"},
    {.name = "lower"},
    {.name = "map", .arguments = {"filter", "a", "b", "attribute", "default"}},
    {.name = "max", .arguments = {"attribute"}},
    {.name = "min", .arguments = {"attribute"}},
    {.name = "number", .arguments = {"decimals"}},
    {.name = "percent", .arguments = {"decimals"}},
    {.name = "reject", .arguments = {"test", "value"}},
    {.name = "rejectattr", .arguments = {"attribute", "test", "value"}, .required = 1},
    {.name = "replace", .arguments = {"old", "new", "count"}, .required = 2},
    {.name = "reverse"},
    {.name = "round", .arguments = {"precision", "method"}},
    {.name = "safe"},
    {.name = "select", .arguments = {"test", "value"}},
    {.name = "selectattr", .arguments = {"attribute", "test", "value"}, .required = 1},
    {.name = "slug"},
    {.name = "sort", .arguments = {"reverse", "case_sensitive", "attribute"}},
    {.name = "string"},
    {.name = "striptags"},
    {.name = "sum", .arguments = {"attribute", "start"}},
    {.name = "t", .open = true},
    {.name = "title"},
    {.name = "tojson", .arguments = {"indent"}},
    {.name = "trim", .arguments = {"chars"}},
    {.name = "truncate", .arguments = {"length", "killwords", "end", "leeway"}},
    {.name = "unique", .arguments = {"case_sensitive", "attribute"}},
    {.name = "upper"},
    {.name = "url", .arguments = {"lang"}},
    {.name = "urlencode"},
    {.name = "wordcount"},
};

static const nt_template_function tests[] = {
    {.name = "boolean"},
    {.name = "callable"},
    {.name = "defined"},
    {.name = "divisibleby", .arguments = {"num"}, .required = 1},
    {.name = "eq", .arguments = {"other"}, .required = 1},
    {.name = "equalto", .arguments = {"other"}, .required = 1},
    {.name = "even"},
    {.name = "false"},
    {.name = "float"},
    {.name = "ge", .arguments = {"other"}, .required = 1},
    {.name = "gt", .arguments = {"other"}, .required = 1},
    {.name = "in", .arguments = {"seq"}, .required = 1},
    {.name = "integer"},
    {.name = "iterable"},
    {.name = "le", .arguments = {"other"}, .required = 1},
    {.name = "lower"},
    {.name = "lt", .arguments = {"other"}, .required = 1},
    {.name = "mapping"},
    {.name = "ne", .arguments = {"other"}, .required = 1},
    {.name = "none"},
    {.name = "null"},
    {.name = "number"},
    {.name = "odd"},
    {.name = "sequence"},
    {.name = "string"},
    {.name = "true"},
    {.name = "undefined"},
    {.name = "upper"},
};

static const nt_template_function globals[] = {
    {.name = "asset", .arguments = {"path"}, .required = 1},
    {.name = "dict", .open = true},
    {.name = "namespace", .open = true},
    {.name = "range", .arguments = {"start", "stop", "step"}, .required = 1},
    {.name = "t", .arguments = {"key"}, .required = 1, .open = true},
};

#define FIND(table, wanted)    find((table), sizeof(table) / sizeof *(table), (wanted))
#define NEAREST(table, wanted) nearest((table), sizeof(table) / sizeof *(table), (wanted))

static const nt_template_function *find(const nt_template_function *table, size_t count, nt_str name) {
  for (size_t i = 0; i < count; i++)
    if (nt_str_eq(nt_str_c(table[i].name), name)) return &table[i];
  return NULL;
}

const nt_template_function *nt_template_filter_find(nt_str name) {
  return FIND(filters, name);
}
const nt_template_function *nt_template_test_find(nt_str name) {
  return FIND(tests, name);
}
const nt_template_function *nt_template_global_find(nt_str name) {
  return FIND(globals, name);
}

/* One slip in a short word, more in a longer one, but never half of it. Of equally near words the first in the alphabet
 * is meant, so that the order of trying does not matter. */
void nt_nearest_try(nt_nearest *nearest, nt_str candidate) {
  enum { MOST = 3 };
  size_t shorter = candidate.len < nearest->word.len ? candidate.len : nearest->word.len;
  size_t distance = nt_str_distance(nearest->word, candidate, MOST);
  if (distance == 0 || distance > MOST || shorter < 2 || (distance > 1 && distance * 2 >= shorter)) return;
  if (nearest->best.len && distance > nearest->distance) return;
  if (nearest->best.len && distance == nearest->distance && nt_str_cmp(candidate, nearest->best) > 0) return;
  nearest->best = candidate;
  nearest->distance = distance;
}

static nt_str nearest(const nt_template_function *table, size_t count, nt_str name) {
  nt_nearest near = {.word = name};
  for (size_t i = 0; i < count; i++) nt_nearest_try(&near, nt_str_c(table[i].name));
  return near.best;
}

nt_str nt_template_filter_nearest(nt_str name) {
  return NEAREST(filters, name);
}
nt_str nt_template_test_nearest(nt_str name) {
  return NEAREST(tests, name);
}

nt_str nt_template_nearest(nt_str word, const char *const *words) {
  nt_nearest near = {.word = word};
  for (; *words; words++) nt_nearest_try(&near, nt_str_c(*words));
  return near.best;
}

bool nt_template_word_reserved(nt_str word) {
  for (const char *const *p = reserved; *p; p++)
    if (nt_str_eq(word, nt_str_c(*p))) return true;
  return false;
}
