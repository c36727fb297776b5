/* What each hook changes. Hooks run together in their step and leave one value; here they are run once more with
 * somebody looking on, who compares what each was given with what it left. Nothing of it is kept. */
#include "engine/content/bodies.h"
#include "engine/explain/explaining.h"

#include "engine/content/sources.h"
#include "engine/publish/render.h"
#include "model/nodecode.h"

/* What is changed, and how it was when the hook that runs began. What does not belong to the event is empty. */
typedef struct looking {
  const nt_explaining *x;
  nt_value *list;
  nt_str *item;
  nt_document *document;
  nt_documents *derived;
  nt_page *page;
  nt_buf *bytes;
  nt_value before; /* fields, or params */
  nt_hash body_before, bytes_before;
  size_t length_before, derived_before;
  nt_str template_before;
} looking;

static nt_hash body_hash(nt_document *document) {
  nt_buf bytes = {0};
  nt_node_encode(nt_document_body(document), &bytes);
  nt_hash hash = nt_hash_bytes(nt_buf_str(&bytes));
  nt_buf_deinit(&bytes);
  return hash;
}

static nt_str bytes_of(const looking *l) {
  return l->bytes ? nt_buf_str(l->bytes) : l->item ? *l->item : nt_str_n("", 0);
}

static size_t hook_begins(void *ud, const nt_observed *what) {
  looking *l = ud;
  if (what->sort == NT_OBSERVED_TEMPLATE) return 0;
  nt_value map = nt_map_new(l->x->arena);
  bool block = what->sort == NT_OBSERVED_BLOCK;
  nt_put_str(l->x, &map, "event", block ? NT_STR("block") : nt_str_c(nt_event_name(what->event)));
  nt_put_str(l->x, &map, "file", what->file);
  nt_put_int(l->x, &map, "line", what->line);
  nt_list_push(l->list, l->x->arena, map);
  const nt_value *now = l->document ? &l->document->fields : l->page ? &l->page->params : NULL;
  l->before = now ? nt_value_copy(now, l->x->arena) : nt_map_new(l->x->arena);
  l->body_before = l->document ? body_hash(l->document) : 0;
  l->derived_before = l->derived ? l->derived->len : 0;
  l->bytes_before = nt_hash_bytes(bytes_of(l));
  l->length_before = bytes_of(l).len;
  l->template_before = l->page ? l->page->template_name : nt_str_n("", 0);
  return l->list->as.list->len;
}

/* ---- what it left ---- */

static void add_change(const looking *l, nt_value *changes, nt_str field, const nt_value *before,
                       const nt_value *after) {
  nt_value map = nt_map_new(l->x->arena);
  nt_put_str(l->x, &map, "field", field);
  if (before) nt_put(l->x, &map, "before", nt_value_copy(before, l->x->arena));
  if (after) nt_put(l->x, &map, "after", nt_value_copy(after, l->x->arena));
  nt_list_push(changes, l->x->arena, map);
}

static void compare_maps(const looking *l, const nt_value *before, const nt_value *after, nt_value *changes) {
  for (size_t i = 0; i < nt_value_len(after); i++) {
    const nt_entry *e = &after->as.map->entries[i];
    const nt_value *was = nt_map_find(before, e->key);
    if (!was || !nt_value_eq(was, &e->value)) add_change(l, changes, e->key, was, &e->value);
  }
  for (size_t i = 0; i < nt_value_len(before); i++) {
    const nt_entry *e = &before->as.map->entries[i];
    if (!nt_map_find(after, e->key)) add_change(l, changes, e->key, &e->value, NULL);
  }
}

static void put_derived(const looking *l, nt_value *map) {
  nt_value ids = nt_list_new(l->x->arena);
  for (size_t i = l->derived_before; i < l->derived->len; i++)
    nt_list_push(&ids, l->x->arena, nt_string(nt_arena_str(l->x->arena, l->derived->items[i]->id)));
  if (ids.as.list->len) nt_put(l->x, map, "derived", ids);
}

static void hook_ends(void *ud, size_t mark) {
  looking *l = ud;
  if (!mark) return;
  nt_value *map = &l->list->as.list->items[mark - 1], changes = nt_list_new(l->x->arena);
  const nt_value *after = l->document ? &l->document->fields : l->page ? &l->page->params : NULL;
  if (after) compare_maps(l, &l->before, after, &changes);
  if (l->page && !nt_str_eq(l->template_before, l->page->template_name)) {
    nt_value was = nt_string(l->template_before), is = nt_string(l->page->template_name);
    add_change(l, &changes, NT_STR("template"), &was, &is);
  }
  if (after) nt_put(l->x, map, "changes", changes);
  if (l->document) nt_put_bool(l->x, map, "body", body_hash(l->document) != l->body_before);
  if (l->derived) put_derived(l, map);
  if (!l->bytes && !l->item) return;
  nt_put_bool(l->x, map, "bytes", nt_hash_bytes(bytes_of(l)) != l->bytes_before);
  nt_put_int(l->x, map, "length_before", l->length_before);
  nt_put_int(l->x, map, "length_after", bytes_of(l).len);
}

/* ---- running them ---- */

static nt_vm *watched_vm(const nt_explaining *x, nt_seat *seat, const nt_observer *observer) {
  nt_vm *vm = x->site->inputs->scripts.len ? nt_seat_vm(x->site, seat, NULL) : NULL;
  if (vm) nt_vm_observe(vm, observer);
  return vm;
}

static void put_outcome(const looking *l, nt_hook_result result) {
  nt_list *list = l->list->as.list;
  if (result == NT_HOOK_OK || !list->len) return;
  nt_put_bool(l->x, &list->items[list->len - 1], result == NT_HOOK_DROPPED ? "dropped" : "failed", true);
}

static bool read_item(nt_run *run, const nt_record *record, const nt_source *source, nt_buf *out) {
  const nt_inputs *in = run->site->inputs;
  if (source->files) return nt_file_read(in->layers[0].root, record->path, in->item_limit, out, NULL) == NT_FILE_OK;
  notis_buffer bytes = {.buf = out};
  notis_call call = nt_run_call(run, source->plugin->name, record->path);
  notis_str id = {record->path.ptr, record->path.len}, print = {record->fingerprint.ptr, record->fingerprint.len};
  return source->self && source->plugin->source.read &&
         source->plugin->source.read(source->self, &call, id, print, &bytes) == NOTIS_OK;
}

static bool run_item_hooks(looking *l, nt_run *run, nt_vm *vm, const nt_record *record) {
  const nt_source *source = run->site->sources.items.items[record->source];
  nt_buf bytes = {0};
  nt_hook_result result = NT_HOOK_OK;
  if (nt_vm_wants(vm, NT_EVENT_ITEM, source->kind) && read_item(run, record, source, &bytes)) {
    nt_str text = nt_buf_str(&bytes);
    l->item = &text;
    result = nt_vm_run_item(vm, &run->reader, record->id, source->kind, &text);
    put_outcome(l, result);
    l->item = NULL;
  }
  nt_buf_deinit(&bytes);
  return result == NT_HOOK_OK;
}

static void run_document_hooks(looking *l, nt_run *run, nt_vm *vm, const nt_record *record) {
  nt_document document;
  nt_documents derived = {0};
  nt_str body;
  nt_body_get(run, record, record->parsed, &body);
  nt_frozen_thaw(record->parsed, body, run->reader.arena, &document);
  run->reader.lang = document.lang;
  l->document = &document;
  l->derived = &derived;
  nt_hook_result result = nt_vm_run_blocks(vm, &run->reader, &document);
  if (result == NT_HOOK_OK) result = nt_vm_run_document(vm, &run->reader, &document, &derived);
  put_outcome(l, result);
}

/* What a text's state holds back meets no document hook. */
void nt_explain_document_hooks(const nt_explaining *x, const nt_record *record, nt_value *list) {
  nt_seat *seat = &x->site->seats[0];
  looking l = {.x = x, .list = list};
  const nt_observer observer = {hook_begins, hook_ends, &l};
  if (record->parent || record->source == NT_SOURCE_NONE) return;
  nt_vm *vm = watched_vm(x, seat, &observer);
  if (!vm) return;
  nt_run run;
  nt_run_start(&run, x->site, seat, NT_RUN_DOCUMENT);
  bool good = run_item_hooks(&l, &run, vm, record);
  bool held = record->parsed && record->text_standing.state != NT_STATE_PUBLISHED;
  if (good && record->parsed && !held) run_document_hooks(&l, &run, vm, record);
  nt_vm_observe(vm, NULL);
}

void nt_explain_page_hooks(const nt_explaining *x, nt_page_record *record, nt_value *list) {
  nt_seat *seat = &x->site->seats[0];
  looking l = {.x = x, .list = list};
  const nt_observer observer = {hook_begins, hook_ends, &l};
  if (record->asset || record->redirect.len) return;
  nt_vm *vm = watched_vm(x, seat, &observer);
  if (!vm) return;
  nt_run run;
  nt_run_start(&run, x->site, seat, NT_RUN_PAGE);
  run.reader.lang = record->page.lang;
  nt_page page = record->page;
  page.params = nt_value_copy(&page.params, run.reader.arena);
  l.page = &page;
  put_outcome(&l, nt_vm_run_page(vm, &run.reader, &page));
  nt_vm_observe(vm, NULL);
}

void nt_explain_output_hooks(const nt_explaining *x, nt_page_record *record, nt_value *list) {
  nt_seat *seat = &x->site->seats[0];
  nt_vm *vm = x->site->inputs->scripts.len ? nt_seat_vm(x->site, seat, NULL) : NULL;
  nt_buf bytes = {0};
  looking l = {.x = x, .list = list, .bytes = &bytes};
  const nt_observer observer = {hook_begins, hook_ends, &l};
  const nt_page *page = nt_render_hooked(record);
  if (!vm || record->asset || record->redirect.len || !nt_vm_wants(vm, NT_EVENT_OUTPUT, record->page.kind)) return;
  if (nt_render_again(x->site, seat, record, &bytes)) {
    nt_run run;
    nt_run_start(&run, x->site, seat, NT_RUN_PAGE);
    if (page->lang.len) run.reader.lang = page->lang;
    nt_vm_observe(vm, &observer);
    put_outcome(&l, nt_vm_run_output(vm, &run.reader, page, &bytes));
    nt_vm_observe(vm, NULL);
  }
  nt_buf_deinit(&bytes);
}
