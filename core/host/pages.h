/* The services by which an output reads pages and documents (pages.c, documents.c), as services.c puts them in the
 * table. */
#ifndef NT_HOST_PAGES_H
#define NT_HOST_PAGES_H

#include "host/host.h"

notis_str nt_service_page_path(const notis_page *page);
notis_str nt_service_page_url(const notis_page *page);
notis_str nt_service_page_template(const notis_page *page);
const notis_document *nt_service_page_document(notis_call *call, const notis_page *page);
size_t nt_service_page_length(notis_call *call, const notis_page *page);
const notis_document *nt_service_page_at(notis_call *call, const notis_page *page, size_t index);
notis_str nt_service_page_title(notis_call *call, const notis_page *page);
notis_str nt_service_page_lang(const notis_page *page);
notis_str nt_service_page_home(const notis_page *page);
uint32_t nt_service_page_number(const notis_page *page);
uint32_t nt_service_page_count(const notis_page *page);
const notis_value *nt_service_page_params(const notis_page *page);
bool nt_service_page_alternate(const notis_page *page, size_t index, notis_str *lang, notis_str *url);
size_t nt_service_page_site_length(notis_call *call, const notis_page *page);
const notis_page *nt_service_page_site_at(notis_call *call, const notis_page *page, size_t index);
notis_status nt_service_render_template(notis_call *call, const notis_page *page, notis_buffer *out);

notis_str nt_service_document_id(const notis_document *document);
notis_str nt_service_document_url(notis_call *call, const notis_document *document);
const notis_value *nt_service_document_field(notis_call *call, const notis_document *document, notis_str name);
const notis_node *nt_service_document_body(notis_call *call, const notis_document *document);
notis_str nt_service_document_tag(notis_call *call, const notis_document *document);
notis_str nt_service_document_html(notis_call *call, const notis_document *document, notis_str name, bool absolute);
notis_str nt_service_document_text(notis_call *call, const notis_document *document, notis_str name);
notis_status nt_service_document_file(notis_call *call, const notis_document *document, notis_str path, notis_str *url,
                                      notis_str *media, uint64_t *size);

const notis_value *nt_service_site_config(notis_call *call, notis_str path);
notis_str nt_service_absolute_url(notis_call *call, notis_str url);
notis_str nt_service_format_time(notis_call *call, notis_time time, notis_str style);
void nt_service_html(notis_call *call, const notis_node *node, notis_buffer *out);

#endif
