/* The plugin interface of Notis: the only header a plugin includes.
 *
 * A plugin is a shared object that exports one function, notis_plugin(), which returns a const descriptor. It links
 * against no symbol of the host: everything it may ask for is in the notis_services table that each open() receives
 * and that stays valid until the matching close() has returned.
 *
 *      source  ──items──►  host  ──pages──►  output  ──bytes──►  host  ──files──►  target
 *
 * Rules that hold everywhere:
 *   - Structs are append-only and start with their own size; the host copies min(size) into a zeroed struct.
 *   - A notis_str is (pointer, length), UTF-8, not terminated; it is borrowed for the duration of the call.
 *   - parse, fragment and render run on several threads at once with a const self. open, close and every target call
 *     run one at a time on the plugin's own strand. None of them runs on the event loop.
 *   - Anything reached through a notis_call is valid until the function that received the call returns.
 */
#ifndef NOTIS_PLUGIN_H
#define NOTIS_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NOTIS_ABI 1u

#if defined(__GNUC__)
#define NOTIS_EXPORT __attribute__((visibility("default")))
#else
#define NOTIS_EXPORT
#endif

typedef struct notis_str {
  const char *ptr;
  size_t len;
} notis_str;

typedef enum notis_status {
  NOTIS_OK = 0,
  NOTIS_ERROR = 1, /* reported through the call's diagnostics */
  NOTIS_GONE = 2,  /* that version of the item no longer exists */
  NOTIS_AGAIN = 3, /* an answer is on its way; the step runs again when it is in */
  NOTIS_FULL = 4,  /* the sink is full: wait for resume() */
  NOTIS_CLOSED = 5 /* the sink is closed: stop sending */
} notis_status;

typedef enum notis_severity {
  NOTIS_SEVERITY_ERROR = 0,
  NOTIS_SEVERITY_WARNING = 1,
  NOTIS_SEVERITY_NOTE = 2
} notis_severity;

/* A place in an item's bytes. Lines and byte columns start at 1; line 0 means the item as a whole. */
typedef struct notis_place {
  uint32_t line;
  uint32_t column;
  uint32_t length; /* bytes, 0 if not known */
} notis_place;

typedef struct notis_call notis_call;         /* one call of a plugin function: its diagnostics, and what it may read */
typedef struct notis_sink notis_sink;         /* where a source says what came and went; any thread may use it */
typedef struct notis_builder notis_builder;   /* builds one document; belongs to one call */
typedef struct notis_buffer notis_buffer;     /* bytes that a call produces */
typedef struct notis_value notis_value;       /* a value tree, read-only */
typedef struct notis_node notis_node;         /* a node tree, read-only */
typedef struct notis_page notis_page;         /* one planned output file */
typedef struct notis_document notis_document; /* a frozen document; its reads are traced */
typedef struct notis_file notis_file;         /* an open file that the host hands on, read-only */

/* ---- values ------------------------------------------------------------------------------------------------- */

typedef enum notis_type {
  NOTIS_NULL = 0,
  NOTIS_BOOL = 1,
  NOTIS_INT = 2,
  NOTIS_FLOAT = 3,
  NOTIS_STRING = 4,
  NOTIS_TIME = 5,
  NOTIS_LIST = 6,
  NOTIS_MAP = 7,
  NOTIS_MARKUP = 8 /* a node tree as a field's value */
} notis_type;

typedef struct notis_time {
  int64_t seconds;     /* since 1970-01-01T00:00:00Z */
  int32_t nanoseconds; /* 0 .. 999999999 */
  int16_t offset;      /* minutes east of UTC, as written or as the site's zone has it */
  uint8_t date_only;   /* 1 when no time of day was given */
  uint8_t unzoned;     /* 1 when no zone was given; seconds then counts as if it were UTC */
} notis_time;

/* ---- nodes -------------------------------------------------------------------------------------------------- */

typedef enum notis_node_type {
  NOTIS_NODE_DOCUMENT = 0,
  /* blocks */
  NOTIS_NODE_PARAGRAPH,
  NOTIS_NODE_HEADING, /* number: level 1..6 */
  NOTIS_NODE_LIST,    /* number: start of an ordered list; flags ORDERED, TIGHT, PAREN */
  NOTIS_NODE_ITEM,    /* flags TASK, CHECKED */
  NOTIS_NODE_QUOTE,
  NOTIS_NODE_CODE_BLOCK, /* text: literal; extra: info string */
  NOTIS_NODE_THEMATIC_BREAK,
  NOTIS_NODE_TABLE,
  NOTIS_NODE_TABLE_ROW,  /* flags HEAD */
  NOTIS_NODE_TABLE_CELL, /* number: a notis_align */
  NOTIS_NODE_FIGURE,
  NOTIS_NODE_CAPTION,
  NOTIS_NODE_CREDIT,
  NOTIS_NODE_SECTION,
  NOTIS_NODE_DIV,
  NOTIS_NODE_FOOTNOTE_DEFINITION, /* text: label; number: its ordinal among the referenced ones */
  NOTIS_NODE_RAW_BLOCK,           /* text: literal; extra: format, "html" */
  /* inlines */
  NOTIS_NODE_TEXT, /* text */
  NOTIS_NODE_SOFT_BREAK,
  NOTIS_NODE_LINE_BREAK,
  NOTIS_NODE_CODE, /* text: literal */
  NOTIS_NODE_EMPHASIS,
  NOTIS_NODE_STRONG,
  NOTIS_NODE_STRIKETHROUGH,
  NOTIS_NODE_LINK,               /* text: destination; extra: title */
  NOTIS_NODE_IMAGE,              /* text: destination; extra: title; children: the alternative text */
  NOTIS_NODE_FOOTNOTE_REFERENCE, /* text: label; number: the footnote's ordinal; extra: decimal ordinal of this
                                    reference */
  NOTIS_NODE_SPAN,
  NOTIS_NODE_RAW_INLINE, /* text: literal; extra: format */
  NOTIS_NODE_TYPES
} notis_node_type;

enum notis_node_flags {
  NOTIS_FLAG_ORDERED = 1u << 0,
  NOTIS_FLAG_TIGHT = 1u << 1,
  NOTIS_FLAG_PAREN = 1u << 2, /* "1)" rather than "1." */
  NOTIS_FLAG_TASK = 1u << 3,
  NOTIS_FLAG_CHECKED = 1u << 4,
  NOTIS_FLAG_HEAD = 1u << 5
};

typedef enum notis_align { NOTIS_ALIGN_NONE = 0, NOTIS_ALIGN_LEFT, NOTIS_ALIGN_CENTER, NOTIS_ALIGN_RIGHT } notis_align;

/* What a node is, apart from its place in the tree. `at` is where it stands in the item's bytes; `text_at` where its
 * text stands (a link's destination), line 0 if not known. */
typedef struct notis_node_info {
  uint32_t size;
  notis_node_type type;
  uint32_t flags;
  int32_t number;
  notis_str text;
  notis_str extra;
  notis_place at;
  notis_place text_at;
} notis_node_info;

/* ---- sources ------------------------------------------------------------------------------------------------ */

typedef enum notis_scan_end { NOTIS_COMPLETE = 0, NOTIS_PARTIAL = 1 } notis_scan_end;

/* All that parse may depend on; not the fingerprint, so that a version that is the same bytes is the same document. */
typedef struct notis_item {
  uint32_t size;
  notis_str id;   /* "<source>/<path>" within the site */
  notis_str path; /* what diagnostics call it: a file's path from the site's root, or the id */
  notis_str bytes;
  /* The bytes as the host has split them: a text that begins with a line of "---" has its front matter in `yaml`, else
   * `yaml` is empty and `body` is everything. */
  notis_str yaml;
  notis_place yaml_at;
  notis_str body;
  notis_place body_at;
} notis_item;

typedef struct notis_services notis_services;

enum notis_source_flags {
  /* parse gets the item's bytes as they are, in whatever encoding: the host has not made sure that they are UTF-8
   * without NUL, and has looked for front matter byte by byte. What the builder gets must be UTF-8. */
  NOTIS_SOURCE_RAW_BYTES = 1u << 0
};

typedef struct notis_source_api {
  uint32_t size;
  /* config: the source's map in site.yaml. The sink stays valid until close() returns. */
  notis_status (*open)(const notis_services *host, notis_call *call, const notis_value *config, notis_sink *sink,
                       void **self);
  /* Exactly the version with that fingerprint, or NOTIS_GONE. NULL for a source whose items are files. */
  notis_status (*read)(void *self, notis_call *call, notis_str id, notis_str fingerprint, notis_buffer *out);
  /* Fields first, then the body's nodes. A pure function of self's configuration and the item. */
  notis_status (*parse)(const void *self, notis_call *call, const notis_item *item, notis_builder *builder);
  /* A field of type markup, in this source's own syntax; may be NULL (then it is plain text). `at` is where the text
   * begins. */
  notis_status (*fragment)(const void *self, notis_call *call, notis_str text, notis_place at, notis_builder *builder);
  /* There is room in the sink again; may be NULL. */
  void (*resume)(void *self);
  void (*close)(void *self);
  uint32_t flags; /* notis_source_flags */
} notis_source_api;

/* ---- outputs ------------------------------------------------------------------------------------------------ */

enum notis_takes { NOTIS_TAKES_DOCUMENT = 1u << 0, NOTIS_TAKES_COLLECTION = 1u << 1, NOTIS_TAKES_SITE = 1u << 2 };

typedef struct notis_output_api {
  uint32_t size;
  uint32_t takes;
  const char *extension; /* without the dot: "html" */
  notis_status (*open)(const notis_services *host, notis_call *call, const notis_value *config, void **self);
  /* A pure function of self's configuration and what it reads through the call. */
  notis_status (*render)(const void *self, notis_call *call, const notis_page *page, notis_buffer *out);
  void (*close)(void *self);
  /* A site page of this output holds at most so many of the site's pages (page_site_length); if there are more, the
   * site gets several, and one of number 0 that lists them. 0: no limit. */
  uint32_t page_limit;
} notis_output_api;

/* ---- targets ------------------------------------------------------------------------------------------------ */

typedef enum notis_file_kind {
  NOTIS_FILE_NONE = 0,
  NOTIS_FILE_REGULAR = 1,
  NOTIS_FILE_DIRECTORY = 2,
  NOTIS_FILE_OTHER = 3 /* a symbolic link, a device */
} notis_file_kind;

typedef enum notis_commit_mode {
  NOTIS_COMMIT_NEW = 0,   /* whatever an earlier begin() staged and did not commit is to be discarded */
  NOTIS_COMMIT_RESUME = 1 /* a commit was interrupted: each put names what was staged then, without bytes */
} notis_commit_mode;

typedef struct notis_put {
  uint32_t size;
  notis_str path;  /* from the root of the publication, '/' between names, never leading out of it */
  notis_str bytes; /* not there when resuming */
  uint32_t order;  /* 0 assets, 1 pages, 2 lists and feeds: commit replaces lower orders first */
  /* For a target that says that it takes files: instead of `bytes`, a file that holds them and may be larger than
   * memory (file_copy, file_read); NULL where there are bytes, and when resuming. */
  const notis_file *file;
} notis_put;

/* begin, any number of put and remove (the last word about a path counts), then commit or abort. put stages: nothing is
 * visible before commit, which replaces each file whole. commit is idempotent: called again for the same staged changes
 * it completes them. */
typedef struct notis_target_api {
  uint32_t size;
  notis_status (*open)(const notis_services *host, notis_call *call, const notis_value *config, void **self);
  notis_status (*begin)(void *self, notis_call *call, notis_commit_mode mode);
  notis_status (*put)(void *self, notis_call *call, const notis_put *put);
  notis_status (*remove)(void *self, notis_call *call, notis_str path);
  notis_status (*commit)(void *self, notis_call *call);
  void (*abort)(void *self, notis_call *call);
  void (*close)(void *self);
  /* A number that changes when what is published at the path is altered by somebody else; NOTIS_GONE if nothing is
   * there. NULL for a target that cannot tell. */
  notis_status (*look)(void *self, notis_call *call, notis_str path, uint64_t *stamp);
  bool takes_files; /* put knows notis_put.file; else it gets the bytes of every file, and none that is very large */
  /* What stands at the path ("": the publication's root), and the hash of its bytes (file_hash) if it is a file. Links
   * are not followed: what is below one is NOTIS_FILE_OTHER, as is what is below a file. NULL for a target that cannot
   * tell: then it must know itself whose files it replaces. */
  notis_status (*inspect)(void *self, notis_call *call, notis_str path, notis_file_kind *kind, uint64_t *hash);
} notis_target_api;

/* ---- what the host offers ------------------------------------------------------------------------------------ */

struct notis_services {
  uint32_t size;
  uint32_t abi;

  /* Diagnostics. `at` is a place in the item that is being parsed; hint may be empty. */
  void (*report)(notis_call *call, notis_severity severity, notis_place at, notis_str message, notis_str hint);

  /* Memory that lives as long as the call; NULL when far too much is asked for. */
  void *(*allocate)(notis_call *call, size_t bytes);

  /* Buffers. */
  void (*append)(notis_buffer *out, notis_str bytes);

  /* Values. A wrong type reads as 0, false, empty or NULL. */
  notis_type (*value_type)(const notis_value *value);
  bool (*value_bool)(const notis_value *value);
  int64_t (*value_int)(const notis_value *value);
  double (*value_float)(const notis_value *value);
  notis_str (*value_string)(const notis_value *value);
  notis_time (*value_time)(const notis_value *value);
  size_t (*value_length)(const notis_value *value);                                       /* of a list or map */
  const notis_value *(*value_at)(const notis_value *value, size_t index, notis_str *key); /* key may be NULL */
  const notis_value *(*value_get)(const notis_value *map, notis_str key);                 /* NULL if absent */

  /* Sinks. Everything is copied. A scan is begin, any number of upserts, end; only a complete scan removes what it
   * did not see. upsert and remove outside a scan are changes of their own. */
  notis_status (*sink_begin)(notis_sink *sink, uint64_t generation);
  notis_status (*sink_upsert)(notis_sink *sink, notis_str id, notis_str fingerprint);
  notis_status (*sink_remove)(notis_sink *sink, notis_str id);
  notis_status (*sink_end)(notis_sink *sink, uint64_t generation, notis_scan_end end);
  /* This source's items are the files below `path` that match the glob: the host lists, reads and watches them. */
  notis_status (*sink_files)(notis_sink *sink, notis_str path, notis_str match);

  /* Building a document's fields: one map, filled key by key. */
  notis_status (*front_matter)(notis_builder *builder, notis_call *call, notis_str yaml, notis_place at);
  void (*field_key)(notis_builder *builder, notis_str key, notis_place at);
  void (*field_null)(notis_builder *builder, notis_place at);
  void (*field_bool)(notis_builder *builder, bool value, notis_place at);
  void (*field_int)(notis_builder *builder, int64_t value, notis_place at);
  void (*field_float)(notis_builder *builder, double value, notis_place at);
  void (*field_string)(notis_builder *builder, notis_str value, notis_place at);
  void (*field_time)(notis_builder *builder, notis_time value, notis_place at);
  void (*field_list)(notis_builder *builder, notis_place at); /* until field_end */
  void (*field_map)(notis_builder *builder, notis_place at);  /* until field_end */
  void (*field_end)(notis_builder *builder);

  /* Building its body. node_open makes the node a child of the one that is open. */
  notis_status (*node_open)(notis_builder *builder, const notis_node_info *info);
  void (*node_attribute)(notis_builder *builder, notis_str name,
                         notis_str value); /* of the open node: "id", "class", "lang", any */
  void (*node_close)(notis_builder *builder);

  /* Nodes, reading. NULL where there is none. */
  void (*node_info)(const notis_node *node, notis_node_info *info); /* info->size must be set */
  const notis_node *(*node_parent)(const notis_node *node);
  const notis_node *(*node_first)(const notis_node *node);
  const notis_node *(*node_next)(const notis_node *node);

  /* Pages and documents, reading; every read is traced. */
  notis_str (*page_path)(const notis_page *page);
  notis_str (*page_url)(const notis_page *page);
  notis_str (*page_template)(const notis_page *page);
  const notis_document *(*page_document)(notis_call *call, const notis_page *page); /* NULL for a list or site page */
  size_t (*page_length)(notis_call *call, const notis_page *page);                  /* documents on a list page */
  const notis_document *(*page_at)(notis_call *call, const notis_page *page, size_t index);
  notis_str (*document_id)(const notis_document *document);
  notis_str (*document_url)(notis_call *call, const notis_document *document);
  const notis_value *(*document_field)(notis_call *call, const notis_document *document, notis_str name);
  const notis_node *(*document_body)(notis_call *call, const notis_document *document);
  const notis_value *(*site_config)(notis_call *call, notis_str path); /* "title", "languages.sv.name" */

  /* Rendering. */
  void (*html)(notis_call *call, const notis_node *node, notis_buffer *out);
  notis_status (*render_template)(notis_call *call, const notis_page *page, notis_buffer *out);

  /* Durable file operations for targets. Paths are absolute; a failure is reported through the call. */
  notis_status (*file_write)(notis_call *call, notis_str path, notis_str bytes); /* creates or truncates */
  notis_status (*file_sync)(notis_call *call, notis_str path);                   /* a file or a directory */
  notis_status (*file_rename)(notis_call *call, notis_str from, notis_str to);
  notis_status (*file_remove)(notis_call *call, notis_str path);      /* absent is NOTIS_GONE */
  notis_status (*directory_make)(notis_call *call, notis_str path);   /* and its parents; existing is OK */
  notis_status (*directory_remove)(notis_call *call, notis_str path); /* if empty, else NOTIS_AGAIN */
  bool (*file_exists)(notis_call *call, notis_str path);

  /* What is there, without following a link. */
  notis_file_kind (*file_kind)(notis_call *call, notis_str path);
  /* Removes the files in a directory, but no directory; absent is NOTIS_GONE. */
  notis_status (*directory_clear)(notis_call *call, notis_str path);

  /* A diagnostic whose text stands in the host's catalogue, in every language it knows, under a code as
   * "target_path_outside". At most four arguments. */
  void (*report_code)(notis_call *call, notis_place at, const char *code, const notis_str *args, size_t count);

  /* An attribute of a node ("id", "class", "lang", any); a NULL pointer if it has none of that name. */
  notis_str (*node_attribute_get)(const notis_node *node, notis_str name);

  /* A number that changes when the file is written, replaced or touched; NOTIS_GONE if it is not there. */
  notis_status (*file_stamp)(notis_call *call, notis_str path, uint64_t *stamp);

  /* Removes a directory, or file, with everything below it, following no link; absent is NOTIS_GONE. */
  notis_status (*tree_remove)(notis_call *call, notis_str path);

  /* The node tree of a value of type markup, as long as the call; NULL for another type. */
  const notis_node *(*value_node)(notis_call *call, const notis_value *value);

  /* What a page is called (empty for a document's), its language, and the URL of the page that a feed belongs to
   * (empty if it has none). */
  notis_str (*page_title)(notis_call *call, const notis_page *page);
  notis_str (*page_lang)(const notis_page *page);
  notis_str (*page_home)(const notis_page *page);
  uint32_t (*page_number)(const notis_page *page);
  uint32_t (*page_count)(const notis_page *page);
  const notis_value *(*page_params)(const notis_page *page);
  /* The same page in the site's languages, this one too: language and URL; NULL after the last. */
  bool (*page_alternate)(const notis_page *page, size_t index, notis_str *lang, notis_str *url);

  /* For an output that takes the site: the pages that it is to list on this page, in order of path. A page of number 0
   * (see page_limit) has as its list the other pages of the same output. */
  size_t (*page_site_length)(notis_call *call, const notis_page *page);
  const notis_page *(*page_site_at)(notis_call *call, const notis_page *page, size_t index);

  /* "https://vasterbotten.example/nyheter/" of an URL that this table gave, or that stands in a text. */
  notis_str (*absolute_url)(notis_call *call, notis_str url);
  /* A tag URI (RFC 4151) of the document's id: it stays when the document's URL changes. */
  notis_str (*document_tag)(notis_call *call, const notis_document *document);
  /* The body (name empty) or a field of type markup as HTML, links resolved as seen from that document; valid as long
   * as the call, so that an output can escape it. With `absolute`, every address in it is whole and nothing has an id,
   * as feeds need it. A NULL pointer if the document has no such field. */
  notis_str (*document_html)(notis_call *call, const notis_document *document, notis_str name, bool absolute);
  /* A field of text, or the body when the name is empty, as plain text; empty for other fields. */
  notis_str (*document_text)(notis_call *call, const notis_document *document, notis_str name);
  /* The file that a field or link of the document names: its address, media type and size; NOTIS_GONE if the site has
   * no such file. */
  notis_status (*document_file)(notis_call *call, const notis_document *document, notis_str path, notis_str *url,
                                notis_str *media, uint64_t *size);
  /* A point in time as text: "rfc822" (as RSS wants it), "rfc3339", or another style of the templates' date filter; in
   * the site's time zone. A day without a time of day stays one ("2024-04-10"); without its `date_only` it is the
   * midnight that it begins with. Empty if there is no such style. */
  notis_str (*format_time)(notis_call *call, notis_time time, notis_str style);

  /* A file that is put. file_copy is durable as file_write is; it shares blocks and keeps holes where the file system
   * can, and never holds the file in memory. file_read gives how many bytes there were. */
  notis_status (*file_copy)(notis_call *call, const notis_file *from, notis_str path);
  uint64_t (*file_size)(const notis_file *file);
  size_t (*file_read)(const notis_file *file, uint64_t offset, void *out, size_t length);
  /* The hash of a file's bytes; NOTIS_GONE if it is no file. */
  notis_status (*file_hash)(notis_call *call, notis_str path, uint64_t *hash);
};

/* ---- the descriptor ------------------------------------------------------------------------------------------ */

typedef struct notis_plugin_descriptor {
  uint32_t abi;  /* NOTIS_ABI */
  uint32_t size; /* sizeof(notis_plugin_descriptor) */
  const char *name;
  const char *version;            /* part of the trace: change it when the same input may give other bytes */
  const notis_source_api *source; /* NULL where the plugin is none */
  const notis_output_api *output;
  const notis_target_api *target;
  void *data; /* what *self holds when an open() of this descriptor is called; NULL for most plugins */
} notis_plugin_descriptor;

/* The one exported function. */
NOTIS_EXPORT const notis_plugin_descriptor *notis_plugin(void);

#ifdef __cplusplus
}
#endif

#endif
