/* Web pages: a document, a list or the site's own page through its template. The templates do all the work. */
#include <notis/plugin.h>

/* There is nothing to configure, so an instance is no more than the services it was given. */
static notis_status open_output(const notis_services *host, notis_call *call, const notis_value *config, void **self) {
  *self = (void *)host;
  return NOTIS_OK;
}

static notis_status render(const void *self, notis_call *call, const notis_page *page, notis_buffer *out) {
  const notis_services *host = self;
  return host->render_template(call, page, out);
}

static void close_output(void *self) {}

static const notis_output_api api = {.size = sizeof api,
                                     .takes = NOTIS_TAKES_DOCUMENT | NOTIS_TAKES_COLLECTION | NOTIS_TAKES_SITE,
                                     .extension = "html",
                                     .open = open_output,
                                     .render = render,
                                     .close = close_output};

static const notis_plugin_descriptor descriptor = {
    .abi = NOTIS_ABI, .size = sizeof descriptor, .name = "output_html", .version = "1.0", .output = &api};

const notis_plugin_descriptor *notis_plugin(void) {
  return &descriptor;
}
