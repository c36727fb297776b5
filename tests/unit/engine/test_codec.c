/* What the memo's rows hold is what was put into them, and bytes that are no row are refused. */
#include "kept_document.h"
#include "support.h"

static void assert_same_text(nt_str a, nt_str b) {
  assert_int_equal(a.len, b.len);
  if (a.len) assert_memory_equal(a.ptr, b.ptr, a.len);
}

static void assert_same_diag(const nt_diag *a, const nt_diag *b) {
  assert_int_equal(a->severity, b->severity);
  assert_int_equal(a->code, b->code);
  assert_int_equal(a->count, b->count);
  assert_same_text(a->where.file, b->where.file);
  assert_int_equal(a->where.line, b->where.line);
  assert_int_equal(a->where.column, b->where.column);
  assert_int_equal(a->where.span, b->where.span);
  assert_same_text(a->where.doc, b->where.doc);
  assert_int_equal(a->where.node, b->where.node);
  assert_same_text(a->where.field, b->where.field);
  for (size_t i = 0; i < NT_DIAG_ARGS; i++) assert_same_text(a->args[i], b->args[i]);
  assert_same_text(a->hint, b->hint);
  assert_same_text(a->trace, b->trace);
}

static void assert_same_step(const nt_step *a, const nt_step *b) {
  assert_int_equal(a->state, b->state);
  assert_int_equal(a->fleeting, b->fleeting);
  assert_int_equal(a->value, b->value);
  assert_int_equal(a->count, b->count);
  assert_int_equal(a->diag_count, b->diag_count);
  for (uint32_t i = 0; i < a->count; i++) {
    assert_int_equal(a->trace[i].key.place, b->trace[i].key.place);
    assert_int_equal(a->trace[i].key.name, b->trace[i].key.name);
    assert_int_equal(a->trace[i].hash, b->trace[i].hash);
  }
  for (size_t i = 0; i < a->diag_count; i++) assert_same_diag(&a->diags[i], &b->diags[i]);
}

static void assert_same_links(const nt_links *a, const nt_links *b) {
  assert_int_equal(a->count, b->count);
  assert_int_equal(a->body_count, b->body_count);
  assert_int_equal(a->anchor_count, b->anchor_count);
  assert_int_equal(a->body_anchor_count, b->body_anchor_count);
  assert_int_equal(a->hash, b->hash);
  assert_int_equal(a->anchors_hash, b->anchors_hash);
  for (size_t i = 0; i < a->count; i++) {
    assert_same_text(a->items[i].to, b->items[i].to);
    assert_same_text(a->items[i].field, b->items[i].field);
    assert_int_equal(a->items[i].node, b->items[i].node);
    assert_int_equal(a->items[i].image, b->items[i].image);
    assert_true(nt_links_has(b, a->items[i].to));
  }
  for (size_t i = 0; i < a->anchor_count; i++) assert_true(nt_links_has_anchor(b, a->anchors[i]));
  assert_false(nt_links_has_anchor(b, NT_STR("saknas")));
}

static void assert_same_places(const nt_frozen *a, const nt_frozen *b) {
  static const char *const fields[] = {"title", "image.src", ""};
  for (uint32_t node = 0; node < 8; node++)
    for (size_t i = 0; i < 3; i++) {
      nt_where x = {.node = node, .field = nt_str_c(fields[i])}, y = x;
      nt_frozen_locate(a, &x);
      nt_frozen_locate(b, &y);
      assert_int_equal(x.line, y.line);
      assert_int_equal(x.column, y.column);
    }
}

static void assert_same_document(const nt_frozen *a, const nt_frozen *b) {
  static const char *const names[] = {"id",    "file",   "source", "kind",  "lang",   "title",    "date",
                                      "share", "topics", "image",  ":name", ":links", ":anchors", "saknas"};
  assert_same_text(a->id, b->id);
  assert_same_text(a->file, b->file);
  assert_same_text(a->source, b->source);
  assert_same_text(a->kind, b->kind);
  assert_same_text(a->lang, b->lang);
  assert_same_text(a->name, b->name);
  assert_true(nt_value_eq(&a->fields, &b->fields));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    assert_int_equal(nt_frozen_field_hash(a, nt_str_c(names[i])), nt_frozen_field_hash(b, nt_str_c(names[i])));
  assert_int_equal(a->fields_hash, b->fields_hash);
  assert_int_equal(a->body_hash, b->body_hash);
  assert_int_equal(a->hash, b->hash);
  assert_same_links(&a->links, &b->links);
  assert_same_places(a, b);
  assert_int_equal(a->shortcode_count, b->shortcode_count);
  for (size_t i = 0; i < a->shortcode_count; i++) {
    assert_same_text(a->shortcodes[i].name, b->shortcodes[i].name);
    assert_int_equal(a->shortcodes[i].count, b->shortcodes[i].count);
    assert_int_equal(a->shortcodes[i].origin, b->shortcodes[i].origin);
    assert_int_equal(a->shortcodes[i].lines, b->shortcodes[i].lines);
    assert_int_equal(a->shortcodes[i].bytes, b->shortcodes[i].bytes);
  }
}

/* ---- documents ---- */

static nt_record record_of(nt_frozen *parsed, nt_frozen *made) {
  nt_record record = {.id = NT_STR("text/å.md"),
                      .path = NT_STR("content/å.md"),
                      .fingerprint = nt_str_n("\0stamp", 6),
                      .generation = 7,
                      .source = 2,
                      .parent = 0,
                      .racy = true,
                      .item = 99,
                      .goods = {98, 96},
                      .good_epoch = 97,
                      .good_row = 1,
                      .item_hooks = NT_STEP_OK,
                      .parsed = parsed,
                      .made = made};
  record.parse = kept_step(parsed->hash);
  record.hooks = kept_step(made->hash);
  record.hooks.fleeting = true;
  return record;
}

static void assert_same_record(const nt_record *record, const nt_record_row *row) {
  assert_same_text(row->id, record->id);
  assert_same_text(row->path, record->path);
  assert_same_text(row->fingerprint, record->fingerprint);
  assert_int_equal(row->generation, record->generation);
  assert_int_equal(row->parent, record->parent);
  assert_int_equal(row->racy, record->racy);
  assert_int_equal(row->stale, record->stale);
  assert_int_equal(row->item, record->item);
  assert_memory_equal(row->goods, record->goods, sizeof record->goods);
  assert_int_equal(row->good_epoch, record->good_epoch);
  assert_int_equal(row->good_row, record->good_row);
  assert_int_equal(row->item_hooks, record->item_hooks);
  assert_same_step(&record->parse, &row->parse);
  assert_same_step(&record->hooks, &row->hooks);
}

static void a_document_comes_back(void **state) {
  nt_frozen *parsed = kept_document("text/å.md", "sv"), *made = kept_document("text/å.md", "en");
  nt_record record = record_of(parsed, made);
  nt_record_row row;
  nt_buf bytes = {0};
  assert_int_equal(parsed->links.count, 1); /* the document is what it is meant to be */
  assert_int_equal(parsed->links.anchor_count, 1);
  assert_int_equal(parsed->shortcode_count, 1);
  nt_encode_record(&record, &bytes);
  assert_true(nt_decode_record(nt_buf_str(&bytes), &row));
  assert_same_record(&record, &row);
  assert_int_equal(row.source, 2);
  assert_false(row.is_collected);
  assert_ptr_not_equal(row.parsed, row.made);
  assert_same_document(parsed, row.parsed);
  assert_same_document(made, row.made);
  nt_record_row_deinit(&row);

  nt_buf_clear(&bytes); /* hooks that left it as it was, and a collect hook's document */
  record.made = parsed;
  record.source = NT_SOURCE_NONE;
  nt_encode_record(&record, &bytes);
  assert_true(nt_decode_record(nt_buf_str(&bytes), &row));
  assert_ptr_equal(row.parsed, row.made);
  assert_true(row.is_collected);
  nt_record_row_deinit(&row);
  nt_step_deinit(&record.parse);
  nt_step_deinit(&record.hooks);
  nt_frozen_free(parsed);
  nt_frozen_free(made);
  nt_buf_deinit(&bytes);
}

static void what_is_gone_keeps_its_name(void **state) {
  nt_record record = {.id = NT_STR("text/borta.md"), .generation = 12, .parent = 3}, *same = &record;
  nt_record_row row;
  nt_buf bytes = {0};
  nt_encode_record(same, &bytes);
  assert_true(nt_decode_record(nt_buf_str(&bytes), &row));
  assert_same_record(same, &row);
  assert_null(row.fingerprint.ptr);
  assert_null(row.parsed);
  assert_null(row.made);
  nt_record_row_deinit(&row);
  nt_buf_deinit(&bytes);
}

/* ---- pages ---- */

static nt_page_record page_of(nt_arena *arena) {
  nt_page_record page = {.path = NT_STR("nyheter/å/index.html"),
                         .owner = NT_STR("text/å.md"),
                         .bytes = 5,
                         .withheld = true,
                         .hooked_arena = arena,
                         .hooked = NT_NEW(arena, nt_page),
                         .why = {.epoch = 9, .reason = NT_WHY_KEY, .key = nt_key_of(NT_KEY_URL, 3, 4)}};
  page.params = kept_step(1);
  page.render = kept_step(2);
  page.hooked->params = kept_fields(arena);
  page.hooked->template_name = NT_STR("annan.html");
  return page;
}

static void page_deinit(nt_page_record *page) {
  nt_step_deinit(&page->params);
  nt_step_deinit(&page->render);
  nt_arena_free(page->hooked_arena);
}

static void a_page_comes_back(void **state) {
  nt_page_record page = page_of(nt_arena_new());
  nt_page_row row;
  nt_buf bytes = {0};
  nt_encode_page(&page, &bytes);
  assert_true(nt_decode_page(nt_buf_str(&bytes), &row));
  assert_same_text(row.path, page.path);
  assert_same_text(row.owner, page.owner);
  assert_int_equal(row.bytes, 5);
  assert_true(row.withheld);
  assert_int_equal(row.why.epoch, 9);
  assert_int_equal(row.why.reason, NT_WHY_KEY);
  assert_int_equal(row.why.key.place, page.why.key.place);
  assert_int_equal(row.why.key.name, 4);
  assert_same_step(&page.params, &row.params);
  assert_same_step(&page.render, &row.render);
  assert_int_equal(row.output.state, NT_STEP_NONE);
  assert_true(nt_value_eq(&page.hooked->params, &row.hooked_params));
  assert_same_text(row.hooked_template, page.hooked->template_name);
  nt_page_row_deinit(&row);
  page_deinit(&page);
  nt_buf_deinit(&bytes);
}

/* ---- collect ---- */

static void what_was_collected_comes_back(void **state) {
  nt_plan plan;
  nt_collect_row row;
  nt_buf bytes = {0};
  nt_plan_init(&plan);
  plan.collect = kept_step(8);
  nt_map_put(&plan.collections, plan.collected_arena, NT_STR("urval"), (nt_pos){0}, kept_fields(plan.collected_arena));
  nt_list_push(&plan.extra_pages, plan.collected_arena, kept_fields(plan.collected_arena));
  nt_push(&plan.added_slots, 1000);
  nt_push(&plan.added_slots, 3);
  nt_encode_collect(&plan, &bytes);
  assert_true(nt_decode_collect(nt_buf_str(&bytes), &row));
  assert_same_step(&plan.collect, &row.step);
  assert_true(nt_value_eq(&plan.collections, &row.collections));
  assert_true(nt_value_eq(&plan.extra_pages, &row.pages));
  assert_true(nt_value_eq(&plan.redirects, &row.redirects));
  assert_int_equal(row.slot_count, 2);
  assert_int_equal(row.slots[0], 1000);
  assert_int_equal(row.slots[1], 3);
  nt_collect_row_deinit(&row);
  nt_plan_deinit(&plan);
  nt_buf_deinit(&bytes);
}

/* ---- no rows ---- */

/* A row that ends early, or goes on, is none. */
static void parts_of_rows_are_refused(void **state) {
  nt_frozen *parsed = kept_document("text/å.md", "sv");
  nt_record record = record_of(parsed, parsed);
  nt_page_record page = page_of(nt_arena_new());
  nt_record_row record_row;
  nt_page_row page_row;
  nt_buf rows[2] = {{0}};
  nt_encode_record(&record, &rows[0]);
  nt_encode_page(&page, &rows[1]);
  for (int i = 0; i < 2; i++) {
    size_t whole = rows[i].len;
    nt_buf_byte(&rows[i], 0);
    for (size_t len = 0; len <= whole + 1; len++) {
      char *part = nt_alloc(len); /* nothing behind it may be read */
      memcpy(part, rows[i].ptr, len);
      nt_str bytes = nt_str_n(part, len);
      bool taken = i ? nt_decode_page(bytes, &page_row) : nt_decode_record(bytes, &record_row);
      assert_int_equal(taken, len == whole);
      if (taken && i) nt_page_row_deinit(&page_row);
      if (taken && !i) nt_record_row_deinit(&record_row);
      free(part);
    }
    nt_buf_deinit(&rows[i]);
  }
  nt_step_deinit(&record.parse);
  nt_step_deinit(&record.hooks);
  nt_frozen_free(parsed);
  page_deinit(&page);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_document_comes_back),
                                     cmocka_unit_test(what_is_gone_keeps_its_name), cmocka_unit_test(a_page_comes_back),
                                     cmocka_unit_test(what_was_collected_comes_back),
                                     cmocka_unit_test(parts_of_rows_are_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
