/* What a step read. A key names something that can be read again; a trace pairs keys with the hashes they had, and a
 * step whose every key still has that hash need not run.
 *
 *     class     scope                     name
 *     FILE      document's slot           "" or "parsed"                          the item's bytes; the parsed document
 *                                         "good"                                  the bytes that stand in for them
 *     DATA      -                         "data/mal.yaml"                         the parsed value
 *     CONFIG    0, or 1: by collect       "params.color", "kinds/news"            the value
 *               0                         "site/basics"                           address, languages, time zone, limits
 *     FIELD     document's slot, or ALL   field name; "" all of them              the value; ALL: the whole column
 *               ALL                       ":links", ":anchors", ":name"           the column of what no field holds
 *     BODY      document's slot           -                                       the node tree
 *     QUERY     0, or 1: before collect   normal form; "id:…", "page:…"           the ids it gave; the page as planned
 *                                         "item:…"                                whether a source has it
 *                                         "count:…"                               how many pages its list has
 *                                         "hooked:…"                              the page as page hooks left it
 *                                         "menu:sv/main"                          its entries
 *                                         "pages"                                 all pages for people, as planned
 *                                         "term:sv/topics/kultur"                 the term's documents
 *                                         "terms:sv/topics"                       slugs, labels and counts
 *                                         "term-faults:…", "term-pages:…"         what is said of them; where listed
 *     URL       document's slot           "" its own; a link in it; "file …"      where it leads
 *               ALL                       "sv:collection/nyheter"                 where that word leads
 *     TEMPLATE  layer                     "base.html"                             the source that was found
 *     MESSAGE   -                         "sv/publicerad"                         the text
 *     SCRIPT    event, or NT_EVENTS       file, or ""                             the source; which hooks, in which
 *                                                                                 order; which filters, tests, globals
 *               NT_BLOCKS                 -                                       which fenced blocks have a function
 *     PLUGIN    -                         "source/text", "output/html"            version and configuration
 *     CLOCK     resolution                -                                       the instant, cut
 *     ASSET     0                         "text/om.md", a line end, "karta.png"   layer, path, and the stamp its bytes
 * first had 1                         "/css/site.css"                         the bytes
 */
#ifndef NT_ENGINE_TRACE_TRACE_H
#define NT_ENGINE_TRACE_TRACE_H

#include "base/diag.h"
#include "base/vec.h"
#include "engine/trace/names.h"

typedef enum nt_key_class {
  NT_KEY_FILE,
  NT_KEY_DATA,
  NT_KEY_CONFIG,
  NT_KEY_FIELD,
  NT_KEY_BODY,
  NT_KEY_QUERY,
  NT_KEY_URL,
  NT_KEY_TEMPLATE,
  NT_KEY_MESSAGE,
  NT_KEY_SCRIPT,
  NT_KEY_PLUGIN,
  NT_KEY_CLOCK,
  NT_KEY_ASSET,
  NT_KEY_CLASSES
} nt_key_class;

/* "file", "data", … */
const char *nt_key_class_name(nt_key_class cls);

enum { NT_SCOPE_ALL = (1 << 28) - 1 };

typedef struct nt_key {
  uint32_t place; /* class in the top four bits, scope below */
  uint32_t name;  /* in the site's nt_names */
} nt_key;

static inline nt_key nt_key_of(nt_key_class cls, uint32_t scope, uint32_t name) {
  nt_key key;
  key.place = (uint32_t)cls << 28 | scope;
  key.name = name;
  return key;
}
static inline nt_key_class nt_key_class_of(nt_key key) {
  return (nt_key_class)(key.place >> 28);
}
static inline uint32_t nt_key_scope_of(nt_key key) {
  return key.place & NT_SCOPE_ALL;
}

typedef struct nt_trace_entry {
  nt_key key;
  nt_hash hash;
} nt_trace_entry;

/* A trace being written; each key is kept once. */
typedef struct nt_tracer {
  NT_VEC(nt_trace_entry) entries;
  uint32_t *slots; /* open addressing: index + 1 into entries, valid when its stamp is ours */
  uint32_t *stamps;
  size_t slot_count;
  uint32_t stamp;
} nt_tracer;

void nt_tracer_deinit(nt_tracer *tracer);
void nt_tracer_start(nt_tracer *tracer);
void nt_tracer_add(nt_tracer *tracer, nt_key key, nt_hash hash);

typedef enum nt_step_state { NT_STEP_NONE, NT_STEP_OK, NT_STEP_FAILED, NT_STEP_DROPPED } nt_step_state;

/* What the memo keeps of one step, beside its value, which lies with whatever the step is about. */
typedef struct nt_step {
  nt_trace_entry *trace;
  uint32_t count;
  uint8_t state; /* nt_step_state */
  bool fleeting; /* an overrun of memory, which depends on more than the step read: never taken from the memo */
  nt_hash value;
  nt_arena *arena; /* of the diagnostics; NULL when there are none */
  nt_diag *diags;
  size_t diag_count;
} nt_step;

void nt_step_deinit(nt_step *step);
/* Takes the tracer's entries and copies the diagnostics. */
void nt_step_set(nt_step *step, const nt_tracer *tracer, nt_step_state state, nt_hash value, const nt_diags *diags);

typedef enum nt_step_kind {
  NT_STEP_PARSE,
  NT_STEP_DOCUMENT,
  NT_STEP_QUERY,
  NT_STEP_COLLECT,
  NT_STEP_PLAN,
  NT_STEP_PAGE,
  NT_STEP_RENDER,
  NT_STEP_OUTPUT,
  NT_STEP_KINDS
} nt_step_kind;

const char *nt_step_kind_name(nt_step_kind kind);

#endif
