/* Rows of the memo: any bytes are decoded or refused. Inputs are taken as they are, and as places in true rows with
 * what stands there instead: three bytes each, two for the place. What is decoded can be used. */
#include "../unit/engine/kept_document.h"

#include <stdlib.h>

extern const char *const nt_fuzz_samples[];

const char *const nt_fuzz_samples[] = {"\x01\x01\x01", "\x01\x05\xFF\x01\x20\x7F", "\x02\x02\x10\x03\x03\x80", NULL};

static void put_record(nt_buf *out) {
  nt_frozen *parsed = kept_document("text/a.md", "sv"), *made = kept_document("text/a.md", "en");
  nt_record record = {.id = NT_STR("text/a.md"), .path = NT_STR("a.md"), .parsed = parsed, .made = made};
  record.parse = kept_step(1);
  nt_encode_record(&record, out);
  nt_step_deinit(&record.parse);
  nt_frozen_free(parsed);
  nt_frozen_free(made);
}

static void put_page(nt_buf *out) {
  nt_arena *arena = nt_arena_new();
  nt_page_record page = {.path = NT_STR("a/index.html"), .hooked_arena = arena, .hooked = NT_NEW(arena, nt_page)};
  page.params = kept_step(1);
  page.hooked->params = kept_fields(arena);
  nt_encode_page(&page, out);
  nt_step_deinit(&page.params);
  nt_arena_free(arena);
}

static void put_collected(nt_buf *out) {
  nt_plan plan;
  nt_plan_init(&plan);
  plan.collect = kept_step(1);
  nt_push(&plan.added_slots, 5);
  nt_encode_collect(&plan, out);
  nt_plan_deinit(&plan);
}

static void use_document(const nt_frozen *f) {
  nt_where where = {.node = 4, .field = NT_STR("image.src")};
  if (!f) return;
  nt_frozen_field_hash(f, NT_STR("title"));
  nt_frozen_locate(f, &where);
  for (size_t i = 0; i < f->links.count; i++)
    if (!nt_links_has(&f->links, f->links.items[i].to)) abort();
}

static void decode(nt_str bytes) {
  nt_record_row record;
  nt_page_row page;
  nt_collect_row collected;
  if (nt_decode_record(bytes, &record)) {
    use_document(record.parsed);
    use_document(record.made);
    nt_record_row_deinit(&record);
  }
  if (nt_decode_page(bytes, &page)) nt_page_row_deinit(&page);
  if (nt_decode_collect(bytes, &collected)) nt_collect_row_deinit(&collected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  void (*const rows[])(nt_buf *) = {put_record, put_page, put_collected};
  decode(nt_str_n((const char *)data, size));
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    nt_buf row = {0};
    rows[i](&row);
    for (size_t at = 0; at + 3 <= size; at += 3)
      row.ptr[((size_t)data[at] << 8 | data[at + 1]) % row.len] = (char)data[at + 2];
    decode(nt_buf_str(&row));
    nt_buf_deinit(&row);
  }
  return 0;
}
