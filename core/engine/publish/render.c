#include "engine/publish/render.h"

#include "base/url.h"
#include "engine/engine.h"
#include "engine/memo/keep.h"
#include "engine/run.h"
#include "text/escape.h"
#include "text/html.h"
#include "text/linked.h"
#include "text/yaml.h"

#include <unistd.h>

/* One page on its way through its steps. A record belongs to the job that has it. */
typedef struct rendering {
  nt_run run;
  nt_site *site;
  nt_seat *seat;
  nt_page_record *record;
  const nt_page *page; /* as planned, or as the page hooks left it */
  nt_why why;
  nt_buf *out;
} rendering;

static nt_str named(rendering *r, const char *what) {
  return nt_arena_format(r->run.reader.arena, "%s:%.*s", what, NT_FMT(r->record->path));
}

/* ---- page hooks ---- */

static nt_hash page_value_hash(const nt_page *page) {
  return nt_hash_combine(nt_value_hash(&page->params), nt_hash_bytes(page->template_name));
}

static void run_page_hooks(rendering *r, nt_vm *vm) {
  nt_page_record *record = r->record;
  nt_span span = nt_span_work(r->site->profile, NT_STEP_PAGE);
  nt_run_start(&r->run, r->site, r->seat, NT_RUN_PAGE);
  nt_run_trace_hooks(&r->run, NT_EVENT_PAGE);
  nt_run_trace(&r->run, NT_KEY_QUERY, 0, named(r, "page"), record->planned);
  r->run.reader.lang = record->page.lang;
  nt_page page = record->page;
  page.params = nt_value_copy(&page.params, r->run.reader.arena);
  bool good = nt_vm_run_page(vm, &r->run.reader, &page) == NT_HOOK_OK;
  nt_arena_free(record->hooked_arena);
  record->hooked_arena = nt_arena_new_sized(512);
  record->hooked = nt_arena_copy(record->hooked_arena, &record->page, sizeof record->page);
  record->hooked->params = nt_value_copy(&page.params, record->hooked_arena);
  record->hooked->template_name = nt_arena_str(record->hooked_arena, page.template_name);
  nt_run_finish(&r->run, &record->params, good ? NT_STEP_OK : NT_STEP_FAILED, page_value_hash(record->hooked));
  nt_span_end(span);
}

/* A page is rendered for the first thing that is found to be another, of what any of its steps read. */
static bool holds_still(rendering *r, const nt_step *step) {
  nt_page_record *record = r->record;
  if (step->state == NT_STEP_NONE || step->fleeting) {
    if (!r->why.epoch) r->why = (nt_why){r->site->epoch, step->fleeting ? NT_WHY_AGAIN : NT_WHY_NEW, {0}};
    return false;
  }
  const nt_trace_entry *changed = nt_step_changed(r->site, NT_RUN_PAGE, step);
  if (changed && !r->why.epoch) r->why = (nt_why){r->site->epoch, NT_WHY_KEY, changed->key};
  record->ran |= changed != NULL;
  return !changed;
}

static void drop_step(nt_page_record *record, nt_step *step) {
  record->ran |= step->state != NT_STEP_NONE;
  nt_step_deinit(step);
}

/* The plan may have been made anew around the same page. */
const nt_page *nt_render_hooked(nt_page_record *record) {
  if (record->params.state == NT_STEP_NONE) return &record->page;
  nt_page hooked = record->page;
  hooked.params = record->hooked->params;
  hooked.template_name = record->hooked->template_name;
  *record->hooked = hooked;
  return record->hooked;
}

static bool apply_page_hooks(rendering *r) {
  nt_page_record *record = r->record;
  nt_vm *vm = r->site->inputs->scripts.len ? nt_seat_vm(r->site, r->seat, NULL) : NULL;
  r->page = &record->page;
  if (!vm || record->asset || record->redirect.len || !nt_vm_wants(vm, NT_EVENT_PAGE, record->page.kind)) {
    drop_step(record, &record->params);
    return true;
  }
  bool holds = holds_still(r, &record->params);
  nt_site_count(r->site, NT_STEP_PAGE, !holds);
  record->ran |= !holds;
  if (!holds) run_page_hooks(r, vm);
  r->page = nt_render_hooked(record);
  return record->params.state == NT_STEP_OK;
}

/* ---- render ---- */

/* Its bytes are never in memory as a whole: the target is handed the file itself, and here only their hash is made. */
static bool render_asset(rendering *r, nt_hash *hash) {
  const nt_asset *asset = r->record->asset;
  if (nt_asset_content(r->site, asset, hash)) return true;
  nt_file_result result = NT_FILE_FAILED;
  int fd = nt_file_open(r->site->inputs->layers[asset->layer].root, asset->file, &result, NULL);
  if (fd >= 0) close(fd);
  nt_str shown = nt_inputs_shown(r->site->inputs, asset->layer, asset->file, r->run.reader.arena);
  nt_config_report_file(fd >= 0 ? NT_FILE_FAILED : result, shown, nt_where_file(shown, 0, 0), &r->run.diags);
  return false;
}

static bool render_redirect(rendering *r) {
  nt_buf *out = r->out;
  nt_str to = r->record->redirect, whole = nt_url_absolute(r->site->inputs->url, to, r->run.reader.arena);
  nt_buf_c(out, "<!doctype html>\n<html lang=\"");
  nt_escape_attribute(r->page->lang, out);
  nt_buf_c(out, "\">\n<meta charset=\"utf-8\">\n<title>");
  nt_escape_html(to, out);
  nt_buf_c(out, "</title>\n<meta http-equiv=\"refresh\" content=\"0; url=");
  nt_escape_attribute(to, out);
  nt_buf_c(out, "\">\n<link rel=\"canonical\" href=\"");
  nt_escape_attribute(whole, out);
  nt_buf_c(out, "\">\n<p><a href=\"");
  nt_escape_attribute(to, out);
  nt_buf_c(out, "\">");
  nt_escape_html(to, out);
  nt_buf_c(out, "</a></p>\n");
  return true;
}

static bool render_page(rendering *r) {
  const nt_output *output = nt_outputs_get(r->site->engine, r->page->output);
  if (!output) return false;
  nt_run_trace(&r->run, NT_KEY_PLUGIN, 0, nt_arena_format(r->run.reader.arena, "output/%.*s", NT_FMT(output->name)),
               output->version);
  const nt_record *doc = nt_records_at(&r->site->records, r->page->document);
  notis_call call = nt_run_call(&r->run, output->plugin->name, doc ? doc->frozen->file : r->page->origin);
  notis_buffer out = {.buf = r->out};
  r->run.document = r->page->document;
  notis_page page = {r->page, &r->run.reader};
  nt_span span = nt_span_output(r->site->profile, output->name);
  notis_status status = output->plugin->output.render(output->self, &call, &page, &out);
  nt_span_end(span);
  if (status != NOTIS_OK && !r->run.diags.errors)
    nt_report(&r->run.diags, NT_MSG_render_failed, (nt_where){.file = call.file}, r->page->url);
  return status == NOTIS_OK && !out.full && !r->run.diags.errors;
}

/* Also where no hook has touched the page: one may come to. */
static void trace_page(rendering *r) {
  nt_hash hash = nt_hash_combine(r->record->planned, r->record->params.value);
  nt_run_trace(&r->run, NT_KEY_QUERY, 0, named(r, "hooked"), hash);
}

static void run_render(rendering *r) {
  nt_page_record *record = r->record;
  nt_span span = nt_span_work(r->site->profile, NT_STEP_RENDER);
  nt_run_start(&r->run, r->site, r->seat, NT_RUN_PAGE);
  trace_page(r);
  if (r->page->lang.len) r->run.reader.lang = r->page->lang;
  nt_buf_clear(r->out);
  nt_hash hash = NT_HASH_ABSENT;
  bool good = record->asset ? render_asset(r, &hash) : record->redirect.len ? render_redirect(r) : render_page(r);
  if (good && !record->asset) hash = nt_hash_bytes(nt_buf_str(r->out));
  nt_run_finish(&r->run, &record->render, good ? NT_STEP_OK : NT_STEP_FAILED, hash);
  nt_span_end(span);
}

bool nt_render_again(nt_site *site, nt_seat *seat, nt_page_record *record, nt_buf *out) {
  rendering r = {.site = site, .seat = seat, .record = record, .out = out};
  r.page = nt_render_hooked(record);
  nt_run_start(&r.run, site, seat, NT_RUN_PAGE);
  if (r.page->lang.len) r.run.reader.lang = r.page->lang;
  return render_page(&r);
}

/* ---- output hooks ---- */

static bool wants_output_hooks(rendering *r, nt_vm **vm) {
  const nt_page_record *record = r->record;
  if (record->asset || record->redirect.len || !r->site->inputs->scripts.len) return false;
  *vm = nt_seat_vm(r->site, r->seat, NULL);
  return *vm && nt_vm_wants(*vm, NT_EVENT_OUTPUT, record->page.kind);
}

static void run_output_hooks(rendering *r, nt_vm *vm) {
  nt_page_record *record = r->record;
  nt_span span = nt_span_work(r->site->profile, NT_STEP_OUTPUT);
  nt_run_start(&r->run, r->site, r->seat, NT_RUN_PAGE);
  nt_run_trace_hooks(&r->run, NT_EVENT_OUTPUT);
  nt_run_trace(&r->run, NT_KEY_QUERY, 0, named(r, "bytes"), record->render.value);
  if (r->page->lang.len) r->run.reader.lang = r->page->lang;
  bool good = nt_vm_run_output(vm, &r->run.reader, r->page, r->out) == NT_HOOK_OK;
  nt_run_finish(&r->run, &record->output, good ? NT_STEP_OK : NT_STEP_FAILED,
                good ? nt_hash_bytes(nt_buf_str(r->out)) : NT_HASH_ABSENT);
  nt_span_end(span);
}

/* ---- a page ---- */

/* Is what the steps made last time also what is published? */
static bool is_published(const nt_site *site, const nt_page_record *record) {
  if (site->engine->options.check || (record->staged && record->staged == record->bytes)) return true;
  if (record->staged) return false;
  return nt_commit_is_published(site, record);
}

/* The bytes are not kept, so that output hooks that must run need the page rendered again. */
static void render_anew(rendering *r, nt_vm *hooks) {
  nt_page_record *record = r->record;
  record->ran = true;
  nt_site_count(r->site, NT_STEP_RENDER, true);
  run_render(r);
  if (hooks && record->render.state == NT_STEP_OK) {
    nt_site_count(r->site, NT_STEP_OUTPUT, true);
    run_output_hooks(r, hooks);
  } else {
    nt_step_deinit(&record->output);
  }
  record->withheld = record->render.state != NT_STEP_OK || (hooks && record->output.state != NT_STEP_OK);
  record->bytes = record->withheld ? NT_HASH_ABSENT : hooks ? record->output.value : record->render.value;
}

/* True if there are new bytes in r->out. */
static bool bring_up_to_date(rendering *r) {
  nt_page_record *record = r->record;
  nt_vm *vm = NULL;
  record->done = record->planned;
  record->withheld = !apply_page_hooks(r);
  if (record->withheld) { /* what the page gave before is no longer said of it */
    drop_step(record, &record->render);
    drop_step(record, &record->output);
    return false;
  }
  bool hooks = wants_output_hooks(r, &vm);
  if (!hooks) drop_step(record, &record->output);
  bool render_holds = holds_still(r, &record->render);
  bool output_holds =
      !hooks || (render_holds && (record->render.state == NT_STEP_FAILED || holds_still(r, &record->output)));
  bool failed = record->render.state == NT_STEP_FAILED || record->output.state == NT_STEP_FAILED;
  record->bytes = hooks ? record->output.value : record->render.value; /* an output hook may have gone */
  if (render_holds && output_holds && (failed || is_published(r->site, record))) {
    nt_site_count(r->site, NT_STEP_RENDER, false);
    record->withheld = failed;
    return false;
  }
  record->why = render_holds && output_holds ? (nt_why){r->site->epoch, NT_WHY_ALTERED, {0}} : r->why;
  render_anew(r, hooks ? vm : NULL);
  return !record->withheld;
}

static void work(nt_job *job, unsigned worker) {
  nt_stage *stage = &((nt_render_job *)job)->stage;
  nt_site *site = stage->site;
  nt_span job_span = nt_span_job(site->profile, worker);
  nt_turn turn = nt_turn_begin(&site->seats[worker]);
  size_t i = 0;
  for (; i < stage->count && !nt_atomic_get(&site->cancel) && !nt_turn_is_over(&turn); i++) {
    rendering r = {
        .site = site, .seat = &site->seats[worker], .record = stage->pages[i].page, .out = &stage->pages[i].bytes};
    nt_span span = nt_span_page(site->profile, r.record->path);
    stage->pages[i].made = bring_up_to_date(&r);
    nt_span_end(span);
    if (!stage->pages[i].made) nt_buf_deinit(r.out);
    nt_keep_encode_page(site, r.record, &stage->pages[i].row);
  }
  ((nt_render_job *)job)->done = i;
  nt_span_end(job_span);
}

/* ---- the job ---- */

/* What is left goes before what is to come. NULL: there is nothing more. */
static nt_page_record *next_page(nt_site *site, size_t *cursor) {
  if (site->left.len) return site->left.items[--site->left.len];
  while (*cursor < site->due.len) {
    nt_page_record *page = site->due.items[(*cursor)++];
    if (page->present) return page;
  }
  return NULL;
}

nt_render_job *nt_render_job_new(nt_site *site, size_t *cursor) {
  nt_render_job *batch = NULL;
  size_t room = sizeof batch->stage.pages / sizeof *batch->stage.pages;
  while (!batch || batch->stage.count < room) {
    nt_page_record *page = next_page(site, cursor);
    if (!page) break;
    if (!batch) {
      batch = nt_zalloc(sizeof *batch);
      batch->job.work = work;
      batch->stage.site = site;
    }
    batch->stage.pages[batch->stage.count++].page = page;
  }
  return batch;
}

void nt_render_job_leave(nt_render_job *batch) {
  nt_stage *stage = &batch->stage;
  while (stage->count > batch->done) nt_push(&stage->site->left, stage->pages[--stage->count].page);
}

void nt_render_job_free(nt_render_job *batch) {
  for (size_t i = 0; i < batch->stage.count; i++) {
    nt_buf_deinit(&batch->stage.pages[i].bytes);
    nt_buf_deinit(&batch->stage.pages[i].row);
  }
  free(batch);
}

/* ---- what the engine offers to plugins ---- */

static notis_status service_template(notis_call *call, const nt_page *page, nt_buf *out) {
  nt_run *run = call->ud;
  nt_vm *vm = nt_seat_vm(run->site, run->seat, NULL);
  if (!vm) return NOTIS_ERROR;
  nt_str names[2];
  size_t count = 0;
  if (page->template_name.len) {
    names[count++] = page->template_name;
  } else {
    if (page->kind.len) names[count++] = nt_arena_format(run->reader.arena, "%.*s.html", NT_FMT(page->kind));
    names[count++] = NT_STR("default.html");
  }
  /* A filter that a script comes to register may stand in for one of ours. */
  nt_run_trace(run, NT_KEY_SCRIPT, NT_EVENTS, nt_str_n("", 0), run->site->inputs->registrations[NT_EVENTS]);
  return nt_template_render(run->site->templates, vm, &run->reader, names, count, page, out) ? NOTIS_OK : NOTIS_ERROR;
}

static bool service_front_matter(notis_call *call, nt_str yaml, nt_pos at, nt_arena *arena, nt_value *out) {
  if (!nt_yaml_parse(yaml, call->file, at, arena, call->diags, out)) return false;
  if (out->type == NT_MAP || out->type == NT_NULL) return true;
  nt_report0(call->diags, NT_MSG_fields_not_fields, nt_where_pos(call->file, out->pos));
  return false;
}

/* As templates write it. */
static void service_html(notis_call *call, const nt_node *node, nt_buf *out) {
  nt_run *run = call->ud;
  if (run)
    nt_html_write_linked(&run->reader, run->document, node, out);
  else
    nt_html_write(node, NULL, out);
}

const nt_host_engine nt_engine_services = {.render_template = service_template,
                                           .front_matter = service_front_matter,
                                           .html = service_html,
                                           .document_html = nt_engine_document_html,
                                           .document_tag = nt_engine_document_tag,
                                           .format_time = nt_engine_format_time,
                                           .document_path = nt_engine_document_path,
                                           .page_parts = nt_engine_page_parts,
                                           .sink_begin = nt_source_begin,
                                           .sink_upsert = nt_source_upsert,
                                           .sink_remove = nt_source_remove,
                                           .sink_end = nt_source_end,
                                           .sink_files = nt_source_files};

notis_call nt_run_call(nt_run *run, nt_str plugin, nt_str file) {
  return (notis_call){.reader = &run->reader,
                      .arena = run->reader.arena,
                      .diags = &run->diags,
                      .file = file,
                      .plugin = plugin,
                      .ud = run,
                      .engine = &nt_engine_services};
}
