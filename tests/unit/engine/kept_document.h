/* A document with something of everything that a memo keeps of one. */
#ifndef NOTIS_TESTS_KEPT_DOCUMENT_H
#define NOTIS_TESTS_KEPT_DOCUMENT_H

#include "engine/memo/codec.h"

static inline nt_node *kept_child(nt_arena *arena, nt_node *parent, notis_node_type type, nt_str text,
                                  uint32_t origin) {
  nt_node *node = nt_node_new(arena, type);
  node->text = text;
  node->origin = origin;
  nt_node_append(parent, node);
  return node;
}

static inline nt_value kept_fields(nt_arena *arena) {
  nt_value fields = nt_map_new(arena), topics = nt_list_new(arena), image = nt_map_new(arena);
  nt_value title = nt_string(NT_STR("Så här"));
  title.pos = (nt_pos){.line = 2, .column = 8};
  nt_list_push(&topics, arena, nt_string(NT_STR("kultur")));
  nt_list_push(&topics, arena, nt_null());
  nt_map_put(&image, arena, NT_STR("src"), (nt_pos){0}, nt_string(NT_STR("karta.png")));
  nt_map_put(&fields, arena, NT_STR("title"), (nt_pos){0}, title);
  nt_map_put(&fields, arena, NT_STR("date"), (nt_pos){0}, nt_timestamp((nt_time){.seconds = -5, .offset = 120}));
  nt_map_put(&fields, arena, NT_STR("share"), (nt_pos){0}, nt_float(0.25));
  nt_map_put(&fields, arena, NT_STR("topics"), (nt_pos){0}, topics);
  nt_map_put(&fields, arena, NT_STR("image"), (nt_pos){0}, image);
  return fields;
}

/* A heading with an id, a link, and a shortcode that nobody replaced; positions for the first two nodes. */
static inline nt_node *kept_body(nt_arena *arena) {
  nt_node *root = nt_node_new(arena, NOTIS_NODE_DOCUMENT);
  nt_node *heading = kept_child(arena, root, NOTIS_NODE_HEADING, nt_str_n("", 0), 1);
  heading->number = 2;
  nt_node_set_attr(heading, arena, NT_STR("id"), NT_STR("rubrik"));
  kept_child(arena, heading, NOTIS_NODE_TEXT, NT_STR("Rubrik"), 2);
  nt_node *paragraph = kept_child(arena, root, NOTIS_NODE_PARAGRAPH, nt_str_n("", 0), 3);
  nt_node *link = kept_child(arena, paragraph, NOTIS_NODE_LINK, NT_STR("../om.md"), 4);
  kept_child(arena, link, NOTIS_NODE_TEXT, NT_STR("om"), 5);
  kept_child(arena, paragraph, NOTIS_NODE_TEXT, NT_STR("och {{< karta 3 >}} här"), 6);
  return root;
}

static inline nt_frozen *kept_document(const char *id, const char *lang) {
  static nt_node_pos positions[] = {{4, 1, 0, 0}, {4, 4, 0, 0}, {6, 1, 0, 0}, {6, 1, 6, 6}};
  nt_arena *arena = nt_arena_new();
  nt_document document = {.arena = arena,
                          .id = nt_str_c(id),
                          .file = NT_STR("s/content/å.md"),
                          .source = NT_STR("text"),
                          .kind = NT_STR("news"),
                          .lang = nt_str_c(lang),
                          .name = NT_STR("å"),
                          .fields = kept_fields(arena),
                          .body = kept_body(arena),
                          .body_changed = true,
                          .positions = positions,
                          .position_count = 4};
  nt_frozen *frozen = nt_frozen_new(&document, NULL);
  nt_arena_free(arena);
  return frozen;
}

static inline nt_step kept_step(nt_hash value) {
  nt_step step = {0};
  nt_tracer tracer = {0};
  nt_diags diags;
  nt_arena *arena = nt_arena_new();
  nt_diags_init(&diags, arena);
  nt_where where = {.file = NT_STR("s/content/å.md"),
                    .line = 3,
                    .column = 70000,
                    .span = 5,
                    .doc = NT_STR("text/å.md"),
                    .node = 4,
                    .field = NT_STR("image.alt")};
  nt_diag *said = nt_report(&diags, NT_MSG_shortcode_unknown, where, NT_STR("karta"), NT_STR("3"), NT_STR("2"));
  said->count = 3;
  said->hint = NT_STR("ett råd");
  said->trace = NT_STR("stack traceback:\n\t[C]");
  nt_report0(&diags, NT_MSG_item_empty, (nt_where){0});
  nt_tracer_start(&tracer);
  nt_tracer_add(&tracer, nt_key_of(NT_KEY_FIELD, NT_SCOPE_ALL, UINT32_MAX), UINT64_MAX);
  nt_tracer_add(&tracer, nt_key_of(NT_KEY_FILE, 0, 0), 1);
  nt_step_set(&step, &tracer, NT_STEP_OK, value, &diags);
  nt_tracer_deinit(&tracer);
  nt_arena_free(arena);
  return step;
}

#endif
