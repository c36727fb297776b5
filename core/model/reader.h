/* The one reader: everything a step reads, it reads through here, and the engine writes it in the step's trace.
 *
 * This is the seam between what runs (scripts, templates, plugins) and what knows (the engine). The engine implements
 * it; tests implement a small one of their own. A reader belongs to one running step and one thread. What it returns
 * is read-only and lives at least as long as the step. A miss is traced too. */
#ifndef NT_MODEL_READER_H
#define NT_MODEL_READER_H

#include "base/diag.h"
#include "model/document.h"
#include "model/page.h"
#include "model/query.h"

typedef struct nt_reader nt_reader;

typedef struct nt_docrefs {
  const nt_docref *items;
  size_t len;
} nt_docrefs;

/* A template as it was found: `layer` 0 is the site's own folder, higher ones what it extends, nearest first. */
typedef struct nt_template_source {
  nt_str name; /* as asked for, without "shared:" */
  nt_str file; /* what diagnostics call it, from the workspace's root */
  nt_str bytes;
  nt_hash hash;
  uint32_t layer;
} nt_template_source;

typedef struct nt_pages {
  const nt_page *const *items;
  size_t len;
} nt_pages;

/* What is known of a file that passes through. */
typedef struct nt_file_facts {
  nt_str path;            /* from the site's root: "content/nyheter/x/karta.png" */
  nt_str format;          /* its extension in lower case, or what its first bytes show: "pdf", "jpeg" */
  nt_str media;           /* media type: "application/pdf" */
  uint64_t size;          /* bytes */
  uint32_t width, height; /* of an image, in pixels; 0 if not known */
} nt_file_facts;

typedef enum nt_read { NT_READ_OK, NT_READ_ABSENT, NT_READ_FAILED /* a diagnostic says why */ } nt_read;

/* The finest part of time that an answer depends on. */
typedef enum nt_resolution {
  NT_RES_DAY,
  NT_RES_HOUR,
  NT_RES_MINUTE,
  NT_RES_SECOND,
  NT_RES_MONTH,
  NT_RES_YEAR
} nt_resolution;

typedef struct nt_reader_ops {
  /* Frozen documents. Meta names: "id" "kind" "lang" "source" "file" read as strings through field(). NULL: the
   * document has no such field. */
  const nt_value *(*field)(nt_reader *reader, nt_docref document, nt_str name);
  const nt_value *(*fields)(nt_reader *reader, nt_docref document); /* the whole map */
  const nt_node *(*body)(nt_reader *reader, nt_docref document);    /* decoded for this step; never NULL */
  /* The document's URL from the publication's root; empty string if it has no page. */
  nt_str (*url)(nt_reader *reader, nt_docref document);
  /* 0 if there is none. */
  nt_docref (*find)(nt_reader *reader, nt_str id);
  /* Where a link leads, ready for an href: a path to a file of the site seen from `from`, with an anchor or not, or a
   * path from the publication's root. ABSENT when it is none of these (an address elsewhere, or none); FAILED when the
   * site has no such file, page or anchor: then *why is what to say of it. */
  nt_read (*resolve)(nt_reader *reader, nt_docref from, nt_str link, nt_str *url, nt_code *why);
  /* Where a word of the configuration or of a template leads, ready for an href and in `lang` if it is there in that
   * language: "content/om.md", "collection/nyheter", "topics/kultur", a path from the publication's root, or an
   * address elsewhere. FAILED after reporting at `where`. */
  nt_read (*address)(nt_reader *reader, nt_str word, nt_str lang, nt_where where, nt_str *url);
  /* The document that `word` names, as the field of type ref has it: a path seen from `from` or from the site's root,
   * or a name that only one document of that kind (empty: the one that the field is declared with, if any) has. 0 if
   * there is none. */
  nt_docref (*refer)(nt_reader *reader, nt_docref from, nt_str field, nt_str word, nt_str kind);
  /* A file that passes through: one beside the text `beside` (a document's `file` or id), a path from the site's root,
   * or with a leading '/' one of static/. ABSENT if there is none. In any step but an item hook. */
  nt_read (*file)(nt_reader *reader, nt_str beside, nt_str path, nt_file_facts *out);
  /* Where that file is published when the document `from` refers to it, ready for an href; empty if it is not. */
  nt_str (*file_url)(nt_reader *reader, nt_docref from, nt_str path);
  /* A file of static/ with a fingerprint of its bytes, ready for an href: "/css/site.css?v=8f3a…". */
  nt_read (*asset)(nt_reader *reader, nt_str path, nt_str *url);
  /* Pages only. A list of maps { title, url, current: false }, in order of weight; NULL if the site has no such menu.
   */
  const nt_value *(*menu)(nt_reader *reader, nt_str name, nt_str lang);
  /* Pages only. A list of maps { title, term, url, count } sorted by title, the URL ready for an href and empty where
   * no page lists the term; NULL if there is no such taxonomy. */
  const nt_value *(*terms)(nt_reader *reader, nt_str taxonomy, nt_str lang);
  /* Pages only: every page of the plan that is written for people (output "html", no redirect), in order of path. */
  nt_pages (*pages)(nt_reader *reader);
  /* How many pages the list has that the page is one of. It is no part of the page, which stays the same page while its
   * list grows. */
  uint32_t (*page_count)(nt_reader *reader, const nt_page *page);

  /* Collections and terms of taxonomies. In pages those are of the page's language, unless the query says which
   * (nt_query.lang, or a condition on it). FAILED when there is no such collection. */
  nt_read (*query)(nt_reader *reader, const nt_query *query, nt_diags *diags, nt_docrefs *out);

  /* The site's merged configuration at a path ("title", "params.color"); NULL if absent. */
  const nt_value *(*config)(nt_reader *reader, nt_str path);
  /* Only what sort of value stands there (NT_NULL if none), and only that is traced: so that site.params.color does not
   * depend on all of params. */
  nt_type (*config_type)(nt_reader *reader, nt_str path);
  /* A data file, "data/mal.yaml", parsed. */
  nt_read (*data)(nt_reader *reader, nt_str path, nt_diags *diags, const nt_value **out);
  /* A message of the site's i18n files, in the language or the first that stands in for it. */
  nt_read (*message)(nt_reader *reader, nt_str lang, nt_str key, nt_str *out);
  /* The first layer from `from_layer` on that has the template. */
  nt_read (*template_source)(nt_reader *reader, nt_str name, uint32_t from_layer, nt_template_source *out);
  /* What a script registered under a name: traced so that a page knows which filter it used. `file` is the script's. */
  void (*script)(nt_reader *reader, nt_str file);

  /* The epoch's instant, cut to the resolution in the site's zone. */
  nt_time (*now)(nt_reader *reader, nt_resolution resolution);
} nt_reader_ops;

struct nt_reader {
  const nt_reader_ops *ops;
  nt_arena *arena; /* the step's: for what is read and for results */
  nt_diags *diags; /* the step's */
  nt_str lang;     /* the locale to format in: "sv" */
  nt_str site_url; /* "https://vasterbotten.example/", traced by whoever sets it */
};

#endif
